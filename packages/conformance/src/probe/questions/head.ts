import { field } from "../answers.ts";
import { isNotModified, isRefused, titleOf, told } from "../judges.ts";
import type { Question } from "../question.ts";
import { single, withoutTag } from "../question.ts";
import { match } from "./preconditions.ts";
import { noneMatch, otherTag } from "./revalidation.ts";

const validators = ["etag", "last-modified"];

/** `HEAD`, and `OPTIONS`, to which no condition applies. */
export const headQuestions: readonly Question[] = [
  ...single("head", [
    {
      id: "head-status",
      title: "HEAD is answered with the status of GET",
      section: "9.3.2",
      level: "MUST",
      why: "Every server supports GET and HEAD, and HEAD is GET without the content.",
      notice: "Link checkers and download managers believe that the page is gone.",
      method: "HEAD",
      lines: () => [],
      judge: (answer, { page }) =>
        answer.status === page.status ? [] : [`HEAD is answered ${answer.status}, GET ${page.status}.`],
    },
    {
      id: "head-no-content",
      title: "The answer to HEAD has no content",
      section: "9.3.2",
      level: "MUST",
      why: "The client reads the next answer directly after the head.",
      notice: "The next answer on the connection is garbage.",
      method: "HEAD",
      lines: () => [],
      judge: ({ body }) => (body === "" ? [] : [`${body.length} octets came after the head.`]),
    },
    {
      id: "head-validators",
      title: "HEAD tells the validators of the page",
      section: "9.3.2",
      level: "quality",
      why: "A server may leave out fields that need the content. A client sends HEAD to learn whether its copy is still valid.",
      notice: "Clients that send HEAD first load pages that they have.",
      after: "head-status",
      missing: withoutTag,
      method: "HEAD",
      lines: () => [],
      judge: (answer, { page }) =>
        validators
          .filter((name) => field(page, name) !== undefined && field(answer, name) === undefined)
          .map((name) => `The answer to HEAD has no ${titleOf(name)}; the answer to GET has one.`),
    },
    {
      id: "head-tag",
      title: "A tag or a date in the answer to HEAD is that of the page",
      section: "9.3.2",
      level: "SHOULD",
      why: "A client sends HEAD to learn whether its copy is still valid.",
      notice: "Clients that send HEAD first load pages that they have.",
      after: "head-status",
      missing: withoutTag,
      method: "HEAD",
      lines: () => [],
      judge: (answer, { page }) => differences(answer, page, validators),
    },
    {
      id: "head-length",
      aboutContent: true,
      title: "A Content-Length in the answer to HEAD is that of the page",
      section: "8.6",
      level: "MUST",
      why: "It is the length of the content that a GET would get.",
      notice: "A cache treats its good copy as broken.",
      after: "head-status",
      method: "HEAD",
      lines: () => [],
      judge: (answer, { page }) => {
        const length = field(answer, "content-length");
        return length === undefined || Number(length) === page.body.length
          ? []
          : [`HEAD says Content-Length: ${length}; the page has ${page.body.length} octets.`];
      },
    },
    {
      id: "head-own-tag",
      title: "HEAD with the page's own tag in If-None-Match is answered 304",
      section: "13.1.2",
      level: "MUST",
      why: "The conditions of HEAD are evaluated as those of GET.",
      notice: "Clients that send HEAD first load pages that they have.",
      after: ["head-status", "head-validators", "head-tag", "tag-own"],
      missing: withoutTag,
      method: "HEAD",
      lines: ({ etag }) => [noneMatch(etag!)],
      judge: isNotModified,
    },
    {
      id: "head-other-match",
      title: "HEAD with another tag in If-Match is answered 412",
      section: "13.1.1",
      level: "MUST",
      why: "The conditions of HEAD are evaluated as those of GET.",
      notice: "A client that checks the version before it writes gets a wrong answer.",
      after: ["head-status", "match-other"],
      method: "HEAD",
      lines: () => [match(otherTag)],
      judge: isRefused,
    },
  ]),
  {
    id: "options-not-judged",
    group: "head",
    title: "OPTIONS is answered the same with and without conditions",
    section: "13.2.1",
    level: "MUST",
    why: "OPTIONS does not select a representation, so conditions do not apply to it.",
    notice: "A browser's permission check fails, and with it the request from another site.",
    ask: async (_known, send) => {
      const plain = await send({ method: "OPTIONS" });
      const judged = await send({ method: "OPTIONS", headers: [match(otherTag), noneMatch("*")] });
      return judged.status === plain.status
        ? []
        : [`OPTIONS is answered ${plain.status}, and with conditions ${told(judged)}.`];
    },
  },
];

type Named = Parameters<typeof field>[0];

function differences(answer: Named, page: Named, names: readonly string[]): string[] {
  return names
    .filter((name) => field(answer, name) !== undefined && field(page, name) !== field(answer, name))
    .map(
      (name) =>
        `${titleOf(name)} is ${field(answer, name)}; in the answer to GET it is ${field(page, name) ?? "missing"}.`,
    );
}
