// Constants have a file of their own so that builds inline the numbers. Engines then know their values, and bundles
// do not contain their names.

export const TAB = 0x09;
export const SPACE = 0x20;
export const EXCLAMATION_MARK = 0x21;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const COLON = 0x3a;
export const CAPITAL_W = 0x57;
export const DELETE = 0x7f;
/** The number 1 in each of four octets. */
export const ONES = 0x01010101;
/** Marks the end of a text. No signed byte of UTF-8 has this value. */
export const END = -1;

/** The value of two characters that are not digits: larger than any number in a date. */
export const NO_NUMBER = 100_000;
/** The time of a text that is not a date. Every comparison with it is false. */
export const NO_DATE = NaN;
/** The letters "GMT" as one number. */
export const GMT = 0x474d54;
