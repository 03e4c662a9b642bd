/** A table with its first column aligned left and the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

export function list(items: readonly string[]): string {
  return items.map((item) => inLines(`- ${item}`)).join("\n");
}

/** The length of a line that fits a screen. */
const LONGEST_LINE = 120;

/** An item in lines that fit a screen. All after the first are indented, so that they belong to it. */
function inLines(item: string): string {
  const [first = "", ...words] = item.split(" ");
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > LONGEST_LINE) lines.push(`  ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines.join("\n");
}

/** Text that Markdown must not interpret. */
export function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
