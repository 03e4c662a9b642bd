/** The page that every application of the comparison has. */
export interface Page {
  version: number;
  text: string;
}

export function newPage(): Page {
  return { version: 1, text: "The same words, again and again. ".repeat(30) };
}

export function save(page: Page, text: string): void {
  page.text = text;
  page.version++;
}

const pages = new Map<string, Page>();

/** A page of this process. Each id has its own page, so that each request can use a new one. */
export function pageOf(id: string): Page {
  const page = pages.get(id) ?? newPage();
  pages.set(id, page);
  return page;
}
