/** Runs on every page: the live conversation, times in the reader's own zone, and the tidying of drafts. */
import { settleSubmitted } from "./drafts.ts";
import { showConversation } from "./panel.ts";

for (const time of document.querySelectorAll("time")) {
  const local = new Date(time.dateTime);
  time.textContent = local.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
settleSubmitted();
showConversation();
