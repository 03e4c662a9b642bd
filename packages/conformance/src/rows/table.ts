import type { Row } from "../row.ts";

/** The content of a resource whose row does not say another. */
export const representation = "the representation";

/** Every row, in the order of the standard. */
export const rows: readonly Row[] = [];
