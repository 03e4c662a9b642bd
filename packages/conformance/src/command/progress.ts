/** One line that shows the progress of a run. It appears only in a terminal, and is removed at the end. */
export interface Progress {
  show(text: string): void;
  clear(): void;
}

export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show() {}, clear() {} };
  return {
    show: (text) => stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}`),
    clear: () => stream.write("\r\x1b[K"),
  };
}
