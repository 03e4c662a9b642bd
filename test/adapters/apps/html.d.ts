/** The type of an HTML import in Bun. */
declare module "*.html" {
  const bundle: { index: string };
  export default bundle;
}
