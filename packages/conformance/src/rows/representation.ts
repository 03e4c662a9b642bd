/** The content of a resource whose row does not say another. */
export const representation = "the representation";
