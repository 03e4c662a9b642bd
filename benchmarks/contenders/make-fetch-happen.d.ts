// What is used of it, because it has no types of its own.
declare module "make-fetch-happen" {
  const makeFetchHappen: {
    defaults(options: { cachePath: string }): (url: string) => Promise<{ text(): Promise<string> }>;
  };
  export default makeFetchHappen;
}
