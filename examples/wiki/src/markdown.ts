import { marked } from "marked";
import sanitize from "sanitize-html";

const ALLOWED = {
  allowedTags: [...sanitize.defaults.allowedTags, "img", "del", "input"],
  allowedAttributes: {
    ...sanitize.defaults.allowedAttributes,
    code: ["class"],
    input: ["type", "checked", "disabled"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  // The name of the page is the first heading of the document, so the headings of its text begin one level below.
  transformTags: { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6" },
};

/**
 * The page as HTML. Script, styles and frames that somebody wrote into it are removed.
 *
 * A text that is nested too deeply to be rendered is shown as it is, so that somebody can mend it.
 */
export function renderMarkdown(text: string): string {
  try {
    return sanitize(marked.parse(text, { async: false, gfm: true, breaks: false }), ALLOWED);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `<pre>${sanitize(text, { allowedTags: [], disallowedTagsMode: "escape" })}</pre>`;
  }
}
