import { formatDate, isWeak, opaque, weaken } from "@entity-tag/core";
import { field } from "../probe/answers.ts";
import { earlierButBehind } from "../probe/date-order.ts";
import { told } from "../probe/judges.ts";
import type { Inquiry } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { type Ground, isDone, isSame, type Page, strongMatchOf } from "./ground.ts";
import { judgeRefusal, type Refusal, refuses, unableToWrite, writes } from "./judges.ts";
import { inapplicable, type Judgement, notSetUp, right, type WriteQuestion, wrong } from "./question.ts";

const otherTag = '"entity-tag-conformance-other"';
const match = (value: string): Line => ["If-Match", value];
const noneMatch = (value: string): Line => ["If-None-Match", value];
const unmodified = (value: string): Line => ["If-Unmodified-Since", value];
const day = 86_400_000;

const lost = "Two people edit the same page. The last to save overwrites the other, and nobody is told.";
const blocked = "People cannot save, although nobody else has written.";

/** Makes lines with the strong tag of the page. Without a strong tag, the question does not apply. */
const withTag =
  (lines: (tag: string) => readonly Line[]) =>
  ({ etag }: Page) =>
    etag === undefined ? "it sends no ETag" : isWeak(etag) ? "its tag is weak" : lines(etag);

const withDate =
  (lines: (ms: number) => readonly Line[]) =>
  ({ modified }: Page) =>
    modified === undefined ? "it sends no Last-Modified" : lines(modified);

const group = "writes" as const;
const level = "MUST" as const;

/** Every question that writes, the most important one first. */
export const writeQuestions: readonly WriteQuestion[] = [
  {
    id: "write-forged",
    group,
    level,
    title: "PUT with a tag that this page never had is refused, and writes nothing",
    section: "13.1.1",
    why: "The method must not be performed when If-Match does not hold. A tag that the server never checks protects nobody.",
    notice: lost,
    ask: forged,
  },
  {
    id: "write-current",
    group,
    level,
    title: "PUT with the tag of the page is done",
    section: "13.1.1",
    why: "The condition holds.",
    notice: blocked,
    ask: (ground) =>
      writes(
        ground,
        withTag((tag) => [match(tag)]),
      ),
  },
  {
    id: "write-strong-tag",
    group,
    level: "quality",
    title: "A page that can be written has a strong tag",
    section: "13.1.1",
    why: "If-Match compares strongly: with a weak tag, or without a tag, no write can be made conditional.",
    notice: lost,
    ask: async (ground) => {
      const { etag } = await ground.read();
      if (etag === undefined) return wrong("It has no ETag.");
      return isWeak(etag) ? wrong(`Its tag ${etag} is weak.`) : right;
    },
  },
  {
    id: "write-tag-changes",
    group,
    level,
    title: "A write that changes the page changes its tag",
    section: "8.8.1",
    why: "If the tag does not change, the next writer overwrites a version without having seen it, and readers keep the old page.",
    notice: "People see an old page for as long as they have a copy, and overwrite each other.",
    ask: async (ground) => {
      const before = await ground.read();
      const answer = await ground.change();
      if (!isDone(answer)) return notSetUp(`The page could not be changed: ${told(answer)}`);
      const after = await ground.read();
      if (before.etag === undefined) return inapplicable("it sends no ETag");
      if (after.body === before.body) return inapplicable("a write does not change its content");
      return after.etag === before.etag
        ? wrong(`The content changed; the tag is still ${after.etag}.`)
        : right;
    },
  },
  {
    id: "write-stale",
    group,
    level,
    title: "PUT with the tag of an earlier version is refused, and writes nothing",
    section: "13.1.1",
    why: "Somebody has written since this client read the page.",
    notice: lost,
    after: ["write-forged", "write-current"],
    ask: stale,
  },
  {
    id: "write-overtaken",
    group,
    level,
    title: "A PUT is refused if another PUT is done while its body is being sent",
    section: "13.2.1",
    why: "A condition that holds when the head arrives may be false when the body has arrived: the check and the write must be one step.",
    notice:
      "On a slow connection, a save that began earlier overwrites a save that was made in the meantime.",
    after: "write-stale",
    ask: overtaken,
  },
  {
    id: "write-weak",
    group,
    level,
    title: "PUT with the tag of the page made weak is refused",
    section: "13.1.1",
    why: "If-Match compares strongly: a weak tag does not promise that the client has seen these octets.",
    notice: lost,
    after: "write-forged",
    ask: (ground) =>
      refuses(ground, ({ etag }) =>
        etag === undefined ? "it sends no ETag" : [match(isWeak(etag) ? etag : weaken(etag))],
      ),
  },
  {
    id: "write-list",
    group,
    level,
    title: "PUT with the tag of the page in a list is done",
    section: "13.1.1",
    why: "One tag of the list is enough.",
    notice: blocked,
    after: "write-current",
    ask: (ground) =>
      writes(
        ground,
        withTag((tag) => [match(`${otherTag},\t${tag}`)]),
      ),
  },
  {
    id: "write-two-lines",
    group,
    level,
    title: "Two If-Match lines are one list",
    section: "5.3",
    why: "A proxy may split a list into lines: both mean the same.",
    notice: blocked,
    after: ["write-current", "write-list"],
    ask: (ground) =>
      writes(
        ground,
        withTag((tag) => [match(otherTag), match(tag)]),
      ),
  },
  {
    id: "write-list-stale",
    group,
    level,
    title: "PUT with a list of other tags is refused",
    section: "13.1.1",
    why: "No tag of the list is the page's.",
    notice: lost,
    after: "write-forged",
    ask: (ground) =>
      refuses(
        ground,
        withTag((tag) => [match(`${otherTag}, "0,${opaque(tag as '""')},0"`)]),
      ),
  },
  {
    id: "write-star",
    group,
    level,
    title: "PUT with If-Match: * on an existing page is done",
    section: "13.1.1",
    why: "* holds if the page exists.",
    notice: blocked,
    ask: (ground) => writes(ground, () => [match("*")]),
  },
  {
    id: "write-create-only",
    group,
    level,
    title: "PUT with If-None-Match: * on an existing page is refused",
    section: "13.1.2",
    why: "The client wants to create a page, and the page exists.",
    notice:
      "Two people create a page with the same name. The second overwrites the first, and nobody is told.",
    ask: (ground) => refuses(ground, () => [noneMatch("*")], "by 412 alone"),
  },
  {
    id: "write-none-match-own",
    group,
    level,
    title: "PUT with the tag of the page in If-None-Match is answered 412, not 304",
    section: "13.1.2",
    why: "304 is only for reads. The method must not be performed, and the client must learn that.",
    notice: "A client believes that a refused write was done.",
    ask: (ground) =>
      refuses(
        ground,
        ({ etag }) => (etag === undefined ? "it sends no ETag" : [noneMatch(etag)]),
        "by 412 alone",
      ),
  },
  {
    id: "write-none-match-other",
    group,
    level,
    title: "PUT with another tag in If-None-Match is done",
    section: "13.1.2",
    why: "The condition holds.",
    notice: blocked,
    ask: (ground) => writes(ground, () => [noneMatch(otherTag)]),
  },
  {
    id: "write-then-none-match",
    group,
    level,
    title: "If-Match is evaluated first: another tag in it is refused, whatever If-None-Match is",
    section: "13.2.2",
    why: "All conditions must hold.",
    notice: lost,
    after: "write-forged",
    ask: (ground) => refuses(ground, () => [match(otherTag), noneMatch(otherTag)]),
  },
  {
    id: "write-unreadable",
    group,
    level: "quality",
    title: "PUT with an invalid If-Match is refused",
    section: "13.1.1",
    why: "The client wanted to protect the page. An invalid condition must not be treated as absent.",
    notice: "A client with an invalid field overwrites the changes of others.",
    after: "write-forged",
    ask: (ground) => refuses(ground, () => [match("entity-tag-conformance, without quotes")]),
  },
  {
    id: "write-unmodified-earlier",
    group,
    level,
    title: "PUT with an earlier date in If-Unmodified-Since is refused",
    section: "13.1.4",
    why: "The page was modified since then.",
    notice: lost,
    ask: (ground) =>
      refuses(
        ground,
        withDate((ms) => [unmodified(formatDate(ms - day))]),
      ),
  },
  {
    id: "write-unmodified-earlier-text",
    group,
    level,
    title: "PUT with an earlier date that is later in the alphabet in If-Unmodified-Since is refused",
    section: "13.1.4",
    why: "A date is a time. As a string, Wednesday comes after Tuesday, and September after October.",
    notice: lost,
    after: "write-unmodified-earlier",
    ask: (ground) =>
      refuses(
        ground,
        withDate((ms) => [unmodified(earlierButBehind(ms))]),
      ),
  },
  {
    id: "write-unmodified-own",
    group,
    level,
    title: "PUT with the date of the page in If-Unmodified-Since is done",
    section: "13.1.4",
    why: "The condition holds.",
    notice: blocked,
    ask: (ground) =>
      writes(
        ground,
        withDate((ms) => [unmodified(formatDate(ms))]),
      ),
  },
  {
    id: "write-answer-tag",
    group,
    level,
    title:
      "A tag in the answer to a PUT is the tag of the next read, and that read gets exactly the octets that were sent",
    section: "9.3.4",
    why: "A validator in the answer tells the client that the page is now exactly what it sent. The server may leave it out, but it must not be wrong.",
    notice: "A client treats its own copy as the page, or is refused when it saves a second time.",
    ask: answerTag,
  },
  {
    id: "patch-stale",
    group,
    level,
    title: "PATCH with a tag that this page never had is refused, and writes nothing",
    section: "13.1.1",
    why: "If-Match applies to every method that acts on a page.",
    notice: lost,
    after: "write-forged",
    ask: (ground) =>
      refusesOther(ground, {
        method: "PATCH",
        body: "{}",
        headers: [["Content-Type", "application/merge-patch+json"], match(otherTag)],
      }),
  },
  {
    id: "post-stale",
    group,
    level,
    title: "POST with a tag that this page never had is refused, and does nothing",
    section: "13.1.1",
    why: "If-Match applies to every method that acts on a page.",
    notice: lost,
    after: "write-forged",
    ask: (ground) => refusesPost(ground, [match(otherTag)]),
  },
  {
    id: "post-none-match",
    group,
    level,
    title: "POST with If-None-Match: * on an existing page is answered 412, and does nothing",
    section: "13.1.2",
    why: "If-None-Match applies to every method that acts on a page, and only GET and HEAD are answered 304.",
    notice: "A client that wants to act only on a new page acts on an existing page.",
    after: ["write-create-only", "post-stale"],
    ask: (ground) => refusesPost(ground, [noneMatch("*")], "by 412 alone"),
  },
  {
    id: "delete-stale",
    group,
    level,
    title: "DELETE with a tag that this page never had is refused, and deletes nothing",
    section: "13.1.1",
    why: "If-Match applies to every method that acts on a page.",
    notice: "Somebody deletes a page while another person edits it.",
    after: "write-forged",
    ask: (ground) => refusesOther(ground, { method: "DELETE", headers: [match(otherTag)] }),
  },
];

/** The first question: whether the server checks the tag that it sends. */
async function forged(ground: Ground): Promise<Judgement> {
  const judgement = await refuses(ground, () => [match(otherTag)]);
  const { etag } = await ground.read();
  const isIgnored =
    judgement.verdict === undefined && judgement.level === undefined && judgement.found.length > 0;
  if (!isIgnored || etag === undefined) return judgement;
  return wrong(`An ETag is sent, but If-Match is ignored. ${judgement.found[0]}`);
}

/** Reads the page, makes another write, and then writes with the tag that was read. */
async function stale(ground: Ground) {
  const read = await ground.read();
  const condition = strongMatchOf(read.etag);
  if (condition.length === 0) return inapplicable("it sends no strong ETag");
  const answer = await ground.change();
  if (!isDone(answer)) return notSetUp(`The page could not be changed: ${told(answer)}`);
  const before = await ground.read();
  if (before.etag === read.etag) return notSetUp("the tag did not change with the page");
  const late = await ground.put(condition);
  return judgeRefusal(late.answer, before, await ground.read());
}

/**
 * The second write begins and ends while the first is still being sent. This does not block a server that serves one
 * request at a time.
 */
async function overtaken(ground: Ground) {
  const condition = strongMatchOf((await ground.read()).etag);
  if (condition.length === 0) return inapplicable("it sends no strong ETag");
  const slow = await ground.hold(condition);
  try {
    await pause(150);
    const quick = ground.put(condition).then(({ answer }) => answer);
    await Promise.race([quick, pause(1000)]);
    const [late, first] = await Promise.all([slow.release(), quick]);
    const pending = [late, first].find(({ status }) => status === 202);
    if (pending) return unableToWrite(pending)!;
    if (!(isDone(late) && isDone(first))) return right;
    return wrong(
      `Two writers had read the same version. The fast one was answered ${told(first)}, and the slow one ${told(late)}: one of the two changes is lost.`,
    );
  } finally {
    slow.close();
  }
}

async function answerTag(ground: Ground) {
  const { etag } = await ground.read();
  const { body, answer } = await ground.put(strongMatchOf(etag));
  const told = field(answer, "etag");
  if (!isDone(answer)) return unableToWrite(answer) ?? notSetUp(`A write is answered ${answer.status}`);
  if (told === undefined) return inapplicable("its answer to a PUT has no ETag");
  const after = await ground.read();
  const tag = field(after.answer, "etag");
  if (tag !== told) return wrong(`The answer to the PUT has the tag ${told}; the page has ${tag ?? "none"}.`);
  return after.body === body
    ? right
    : wrong(`The answer to the PUT has the tag ${told}, but the page is not the octets that were sent.`);
}

/** Deletes a resource that a POST created although it had to be refused. */
async function refusesPost(ground: Ground, headers: readonly Line[], how?: Refusal) {
  const made: string[] = [];
  const judgement = await refusesOther(
    ground,
    { method: "POST", ...ground.content(headers) },
    how,
    (answer) => {
      const path = ground.pathOf(field(answer, "location"));
      if (answer.status === 201 && path !== undefined) made.push(path);
    },
  );
  for (const path of made) await ground.send({ method: "DELETE", path });
  return judgement;
}

async function refusesOther(
  ground: Ground,
  inquiry: Inquiry,
  how?: Refusal,
  onAnswer: (answer: Answer) => void = () => {},
): Promise<Judgement> {
  const before = await ground.read();
  const answer = await ground.send(inquiry);
  onAnswer(answer);
  const after = await ground.read();
  const isMissing = [400, 401, 403, 404, 405, 415, 422, 501].includes(answer.status) && isSame(before, after);
  return isMissing
    ? inapplicable(`${inquiry.method} is answered ${answer.status}`)
    : judgeRefusal(answer, before, after, how);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
