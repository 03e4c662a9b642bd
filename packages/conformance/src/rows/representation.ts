/** The content of a resource, unless its row has another. */
export const representation = "the representation";
