// Only the part that is used here, because the package has no types.
declare module "make-fetch-happen" {
  const makeFetchHappen: {
    defaults(options: { cachePath: string }): (url: string) => Promise<{ text(): Promise<string> }>;
  };
  export default makeFetchHappen;
}
