import { expect } from "vitest";

/**
 * A page that can be read and written, as the documents show it: it says "Hello", a read can be repeated for nothing,
 * and a write that is not of the current version does nothing.
 */
export async function expectPage(url: string): Promise<void> {
  const first = await fetch(url);
  expect(first.status).toBe(200);
  expect(await first.text()).toBe("Hello");
  const etag = first.headers.get("ETag")!;
  expect(etag).toMatch(/^(W\/)?"/);

  const again = await fetch(url, { headers: { "If-None-Match": etag } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  expect(again.headers.get("ETag")).toBe(etag);

  const put = (headers: HeadersInit) => fetch(url, { method: "PUT", body: "Good bye", headers });
  expect((await put({})).status).toBe(428);
  const stale = await put({ "If-Match": '"0"' });
  expect(stale.status).toBe(412);
  expect(await (await fetch(url)).text()).toBe("Hello");

  const [one, two] = await Promise.all([put({ "If-Match": etag }), put({ "If-Match": etag })]);
  expect([one.status, two.status].sort()).toEqual([204, 412]);
  const written = one.ok ? one : two;
  const last = await fetch(url);
  expect(last.headers.get("ETag")).toBe(written.headers.get("ETag"));
  expect(await last.text()).toBe("Good bye");
}
