import { marked } from "marked";
import sanitize from "sanitize-html";

const ALLOWED = {
  allowedTags: [...sanitize.defaults.allowedTags, "img", "del", "input"],
  allowedAttributes: {
    ...sanitize.defaults.allowedAttributes,
    code: ["class"],
    td: ["align"],
    th: ["align"],
    input: ["type", "checked", "disabled", "aria-label"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  // The policy of the documents loads pictures by https alone.
  allowedSchemesByTag: { img: ["https"] },
  // The name of the page is the first heading of the document, so the headings of its text begin one level below.
  transformTags: { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6", input: taskBox },
};

/** The box of an item in a list of tasks. A page may contain no other field, such as one for a password. */
function taskBox(tagName: string, { checked }: Record<string, string>) {
  const attribs: Record<string, string> = { type: "checkbox", disabled: "" };
  if (checked !== undefined) attribs.checked = "";
  return { tagName, attribs: { ...attribs, "aria-label": checked === undefined ? "to do" : "done" } };
}

/**
 * The page as HTML. Script, styles and frames that somebody wrote into it are removed.
 *
 * A text that is nested too deeply to be rendered is shown as it is, so that somebody can correct it.
 */
export function renderMarkdown(text: string): string {
  try {
    const html = sanitize(marked.parse(text, { async: false, gfm: true, breaks: false }), ALLOWED);
    return scrollable(html);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `<pre>${sanitize(text, { allowedTags: [], disallowedTagsMode: "escape" })}</pre>`;
  }
}

/**
 * Lets wide tables and code scroll by themselves, by keyboard too. The sanitizer has removed the attributes of both.
 */
function scrollable(html: string): string {
  return html
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll("<table>", '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>')
    .replaceAll("</table>", "</table></div>");
}
