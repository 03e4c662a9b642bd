import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const isAvailable = existsSync(chromiumPath);
if (!isAvailable) {
  const line = `No browser at ${chromiumPath}: its tests are skipped. "apt-get install chromium", or set CHROMIUM to one.`;
  if (process.env.CI) throw new Error(line);
  console.error(line);
}

const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** `keepsPages`: with the back/forward cache, which playwright turns off. */
export function launch(keepsPages?: "keeps pages"): Promise<Browser> {
  const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
  return chromium.launch({ executablePath: chromiumPath, args: flags, ignoreDefaultArgs });
}
