/** What Bun makes of an HTML import. */
declare module "*.html" {
  const bundle: { index: string };
  export default bundle;
}
