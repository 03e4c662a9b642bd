// Eight clients at once make three updates each, then a create and a remove. It prints the final document.
import { create, read, remove, stamped, update } from "@entity-tag/client";

interface Ledger {
  made: string[];
}

const url = process.argv.at(-1)!;
const clients = Array.from({ length: 8 }, async (_, client) => {
  for (let nth = 0; nth < 3; nth++) {
    const append = stamped<Ledger>((it) => ({ ...it, made: [...it.made, `${client * 3 + nth}`] }));
    await update(url, append, { maxAttempts: 64 });
  }
});
await Promise.all(clients);
const { value } = await read<Ledger>(url);
const created = await create(url, { made: [] }).catch((error: Error) => error.name);
const { status: removed } = await remove(url);
console.log(JSON.stringify({ version: process.version, made: value.made, created, removed }));
process.exit(0);
