import type { VersionedStore } from "@entity-tag/store";
import type { Pages } from "./write-page.ts";

export function versionedPages(pages: Pages): VersionedStore<{ text: string }> {
  return {
    async read(id) {
      const page = await pages.read(id);
      return page && { value: { text: page.text }, version: page.version };
    },
    async swap(id, expected, next) {
      const page = next && { text: next.text, version: crypto.randomUUID() };
      if (!(await pages.write(id, expected, page))) return { swapped: false };
      return { swapped: true, current: page && { value: { text: page.text }, version: page.version } };
    },
  };
}
