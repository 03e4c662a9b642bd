/** Runs on every page: the live conversation, times in the reader's own zone, and the tidying of drafts. */
import { settleSubmitted } from "./drafts.ts";
import { showConversation } from "./panel.ts";

for (const time of document.querySelectorAll("time")) {
  const local = new Date(time.dateTime);
  // Versions of one minute differ in their seconds.
  const timeStyle = time.closest(".history") ? "medium" : "short";
  time.textContent = local.toLocaleString(undefined, { dateStyle: "medium", timeStyle });
}
settleSubmitted();
// On a phone, the conversation is below the page, and would be far longer than the page.
if (matchMedia("(max-width: 62rem)").matches)
  document.querySelector<HTMLDetailsElement>(".panel details")!.open = false;
showConversation();
// A browser that goes back shows its copy without asking, even under no-cache. That copy may be older than the save.
addEventListener("pageshow", ({ persisted }) => {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const isOld = persisted || navigation?.type === "back_forward";
  if (isOld && document.querySelector(".prose, .pages")) location.reload();
});
