import type { Finding, Group } from "../probe/finding.ts";
import type { Verdict } from "../verdict.ts";

/** One of the four main questions, with its answer. */
export interface Summary {
  question: string;
  /**
   * `good` and `bad` are from the view of users. `unknown`: the question had no clear answer. `open`: it was not asked.
   */
  state: "good" | "bad" | "partly" | "unknown" | "open";
  answer: string;
}

/** Answers the four main questions from the findings. */
export function summarize(findings: readonly Finding[]): Summary[] {
  return [readers(findings), writers(findings), downloads(findings), compressors(findings)];
}

/** Questions of other groups that matter to clients that revalidate. */
const readersMeet = [
  "coding-own-tag",
  "coding-keeps-tag",
  "connection-after-304",
  "validator-tag-stable",
  "validator-tag-syntax",
  "validator-tag-changes",
  "validator-date-syntax",
  "validator-date-not-later",
];

function readers(findings: readonly Finding[]): Summary {
  const question = "Do readers get 304s?";
  const own = [find(findings, "tag-own"), find(findings, "date-own")].filter(
    (one) => one !== undefined && one.verdict !== "not applicable",
  );
  const asked = findings.filter(({ group }) => group === "revalidation" || group === "dates");
  if (asked.length === 0) return { question, state: "open", answer: "Not asked" };
  if (isBroken(find(findings, "validator-sent")))
    return { question, state: "bad", answer: "No: the page has no ETag and no Last-Modified" };
  if (own.some((one) => one?.verdict === "pass")) {
    const wrong = [...asked, ...named(findings, readersMeet)].filter(isBroken);
    if (wrong.length > 0) return { question, state: "partly", answer: `Yes, but: ${ids(wrong)}` };
    return unsure(question, asked) ?? { question, state: "good", answer: "Yes" };
  }
  if (own.some(isBroken)) return { question, state: "bad", answer: `No: ${ids(own.filter(isBroken))}` };
  return (
    unsure(question, asked) ?? {
      question,
      state: "unknown",
      answer: "Unknown: its validators cannot be tested",
    }
  );
}

function writers(findings: readonly Finding[]): Summary {
  const question = "Do writers get 412 before anything happens?";
  const asked = findings.filter(({ group }) => group === "writes");
  if (asked.length === 0)
    return { question, state: "open", answer: "Not asked: use --write, on a page that may be changed" };
  const wrong = asked.filter(({ verdict }) => verdict === "fail");
  const ignored = find(findings, "write-forged");
  if (ignored?.verdict === "fail") return { question, state: "bad", answer: `No: ${ignored.found[0]}` };
  if (wrong.length > 0) return { question, state: "bad", answer: `No: ${ids(wrong)}` };
  if (ignored?.verdict === "warning")
    return { question, state: "partly", answer: `Writes are refused, but not with 412: ${ignored.found[0]}` };
  const unclear = unsure(question, asked, ["inconclusive"]);
  if (unclear) return unclear;
  const current = find(asked, "write-current");
  if (current?.verdict === "could not be set up")
    return { question, state: "unknown", answer: `Unknown: ${current.found[0]}` };
  const warned = asked.filter(({ verdict }) => verdict === "warning");
  if (warned.length > 0) return { question, state: "partly", answer: `Yes, but: ${ids(warned)}` };
  const isWhole = ignored !== undefined && asked.every(({ verdict }) => verdict !== "could not be set up");
  const isAnswered = (ignored ?? asked.find(({ verdict }) => verdict === "pass"))?.verdict === "pass";
  if (isAnswered)
    return { question, state: "good", answer: isWhole ? "Yes" : "Yes, as far as it could be tested" };
  return { question, state: "unknown", answer: `Unknown: ${ignored?.found[0] ?? "it could not be tested"}` };
}

function downloads(findings: readonly Finding[]): Summary {
  const question = "Can a resumed download be corrupted?";
  const asked = findings.filter(({ group }) => group === "ranges");
  if (asked.length === 0) return { question, state: "open", answer: "Not asked" };
  const wrong = [...asked, ...named(findings, ["validator-tag-changes"])].filter(
    ({ verdict }) => verdict === "fail",
  );
  if (asked.every(({ verdict }) => verdict === "not applicable"))
    return { question, state: "good", answer: "No: it serves no ranges" };
  if (wrong.length > 0) return { question, state: "bad", answer: `Yes: ${ids(wrong)}` };
  return unsure(question, asked) ?? { question, state: "good", answer: "No" };
}

function compressors(findings: readonly Finding[]): Summary {
  const question = "Can a compressor or proxy break the tags?";
  const asked = findings.filter(({ group }) => group === "codings");
  if (asked.length === 0) return { question, state: "open", answer: "Not asked" };
  if (asked.every(({ verdict }) => verdict === "not applicable"))
    return {
      question,
      state: "good",
      answer: `No: ${lowerFirst(asked[0]?.found[0] ?? "")}`.replace(/\.$/, ""),
    };
  const wrong = asked.filter(isBroken);
  if (wrong.length > 0) return { question, state: "bad", answer: `Yes: ${ids(wrong)}` };
  return unsure(question, asked) ?? { question, state: "good", answer: "No" };
}

function unsure(
  question: string,
  asked: readonly Finding[],
  verdicts: readonly Verdict[] = ["inconclusive", "could not be set up"],
): Summary | undefined {
  const unclear = asked.filter(({ verdict }) => verdicts.includes(verdict));
  if (unclear.length === 0) return undefined;
  return { question, state: "unknown", answer: `Unknown: ${ids(unclear)} (see below)` };
}

const find = (findings: readonly Finding[], id: string) => findings.find((finding) => finding.id === id);
const named = (findings: readonly Finding[], wanted: readonly string[]) =>
  findings.filter(({ id }) => wanted.includes(id));
const isBroken = (finding: Finding | undefined) =>
  finding?.verdict === "fail" || finding?.verdict === "warning";
const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

function ids(findings: readonly (Finding | undefined)[]): string {
  const all = findings.map((finding) => finding?.id);
  return all.length <= 3 ? all.join(", ") : `${all.slice(0, 2).join(", ")} and ${all.length - 2} more`;
}

/** The groups that were asked, in their order. */
export function byGroup(findings: readonly Finding[]): [Group, Finding[]][] {
  const groups = new Map<Group, Finding[]>();
  for (const finding of findings) groups.set(finding.group, [...(groups.get(finding.group) ?? []), finding]);
  return [...groups];
}
