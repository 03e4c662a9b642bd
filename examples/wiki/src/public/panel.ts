import type { Exchange } from "../conversation/exchange.ts";

/** How many exchanges stay on the screen. */
const SHOWN = 30;

const seen = new Map<string, Exchange>();

/**
 * Shows the live conversation.
 *
 * A browser opens six connections to one server. One tab holds the stream and passes each exchange on to the others, so
 * fifty tabs leave five connections free.
 */
export function showConversation(): void {
  const channel = new BroadcastChannel("conversation");
  channel.onmessage = ({ data }) => {
    if (data === "hello") for (const exchange of seen.values()) channel.postMessage(exchange);
    else show(data);
  };
  channel.postMessage("hello");
  navigator.locks.request("conversation", () => {
    const source = new EventSource("/conversation");
    source.onmessage = ({ data }) => {
      const exchange: Exchange = JSON.parse(data);
      if (show(exchange)) channel.postMessage(exchange);
    };
    return new Promise<never>(() => {});
  });
}

/** Adds an exchange to the list, once. */
function show(exchange: Exchange): boolean {
  const key = `${exchange.process} ${exchange.id} ${exchange.at}`;
  if (seen.has(key)) return false;
  seen.set(key, exchange);
  if (seen.size > SHOWN) seen.delete(seen.keys().next().value!);
  const list = document.getElementById("exchanges")!;
  list.prepend(itemOf(exchange));
  while (list.children.length > SHOWN) list.lastElementChild!.remove();
  showTotal();
  return true;
}

function itemOf(exchange: Exchange): HTMLLIElement {
  const item = document.createElement("li");
  item.className = `status-${exchange.status}`;
  item.append(
    row("request", `${exchange.method} ${readable(exchange.path)}`),
    ...exchange.conditions.map((condition) => row("condition", condition)),
    row("answer", `${exchange.status}${exchange.etag ? `  ETag: ${exchange.etag}` : ""}`),
    row("why", exchange.why),
    row("small", [savedBy(exchange), exchange.process].filter(Boolean).join(" · ")),
  );
  return item;
}

/** The path in letters. What somebody typed may be no valid escape. */
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
