import type { Exchange } from "../conversation/exchange.ts";

/** How many exchanges stay on the screen. */
const SHOWN = 30;

const seen = new Map<string, Exchange>();

/**
 * Shows the live conversation.
 *
 * A browser opens six connections to one server. One tab holds the stream and passes each exchange on to the others, so
 * fifty tabs leave five connections free. A new tab says hello, and the tab that holds the stream sends it the latest
 * exchanges. If every tab answered, fifty tabs would send one another the same exchanges a hundred thousand times.
 */
export function showConversation(): void {
  const channel = new BroadcastChannel("conversation");
  let holdsStream = false;
  channel.onmessage = ({ data }: MessageEvent<"hello" | Exchange[]>) => {
    if (data !== "hello") for (const exchange of data) show(exchange);
    else if (holdsStream) channel.postMessage([...seen.values()]);
  };
  channel.postMessage("hello");
  navigator.locks.request("conversation", () => {
    holdsStream = true;
    const source = new EventSource("/conversation");
    source.onmessage = ({ data }) => {
      const exchange: Exchange = JSON.parse(data);
      show(exchange);
      channel.postMessage([exchange]);
    };
    return new Promise<never>(() => {});
  });
}

/** Adds an exchange to the list, once. */
function show(exchange: Exchange): void {
  const key = `${exchange.process} ${exchange.id} ${exchange.at}`;
  if (seen.has(key)) return;
  seen.set(key, exchange);
  if (seen.size > SHOWN) seen.delete(seen.keys().next().value!);
  const list = document.getElementById("exchanges")!;
  list.prepend(itemOf(exchange));
  while (list.children.length > SHOWN) list.lastElementChild!.remove();
  showTotal();
}

function itemOf(exchange: Exchange): HTMLLIElement {
  const { method, path, conditions, status, etag, why } = exchange;
  const item = document.createElement("li");
  item.className = `status-${status}`;
  const request = row("request", "");
  const where = row("path", `${method} ${readable(path)}`);
  where.title = readable(path);
  where.dir = "auto";
  request.append(where, row("status", String(status)));
  item.append(request, ...conditions.map((condition) => row("condition", condition)));
  // If the condition names the tag already, do not repeat it.
  if (etag && !conditions.some((condition) => condition.endsWith(etag)))
    item.append(row("answer", `ETag: ${etag}`));
  item.append(
    row("why", why),
    row("small", [savedBy(exchange), exchange.process].filter(Boolean).join(" · ")),
  );
  return item;
}

/** The path in readable letters. A path that somebody typed may contain escapes that are not valid. */
function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function savedBy({ saved }: Exchange): string {
  return saved === 0 ? "" : `${saved.toLocaleString()} octets not sent`;
}

function row(className: string, text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}

function showTotal(): void {
  const total = [...seen.values()].reduce((sum, { saved }) => sum + saved, 0);
  document.getElementById("total")!.textContent = total === 0 ? "" : `${total.toLocaleString()} octets saved`;
}
