import { nameProblem, pageUrl } from "../names.ts";
import type { Storage } from "../storage.ts";
import { noticeView } from "../views/read.ts";
import { laterPagesView, startView } from "../views/start.ts";
import { redirect, show } from "./respond.ts";

/** How many pages one list shows. */
const LISTED = 100;

/** `/`: what to try, and the names of the pages. Their texts are not read. */
export async function start({ pages }: Storage, request: Request): Promise<Response> {
  const given = new URL(request.url).searchParams.get("after") ?? undefined;
  const after = given === undefined || nameProblem(given) !== undefined ? undefined : given;
  const found = (await pages.list?.("", { limit: LISTED + 1, after, values: false })) ?? [];
  const listed = found.slice(0, LISTED).map(({ key, lastModified }) => ({ name: key, lastModified }));
  const next = found.length > LISTED ? listed.at(-1)?.name : undefined;
  if (after !== undefined)
    return show({ title: `Pages after ${after}`, body: laterPagesView(listed, after, next) });
  const isHomeThere = listed.some(({ name }) => name === "home") || (await pages.read("home")) !== null;
  const tryPage = isHomeThere ? "home" : (listed[0]?.name ?? "home");
  return show({ title: "Tag Wiki", body: startView(listed, tryPage, next) });
}

/** `/open?name=…`: leads to the page with that name. */
export async function open(request: Request): Promise<Response> {
  const name = (new URL(request.url).searchParams.get("name") ?? "").trim();
  const problem = nameProblem(name);
  if (problem === undefined) return redirect(pageUrl(name));
  return show(
    { title: "No such name", body: noticeView("This cannot be a name", problem, "/", "Choose another") },
    400,
  );
}
