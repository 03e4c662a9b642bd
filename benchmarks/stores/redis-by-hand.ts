import { memberKey, type Opened, type Statements, tableName } from "./opened.ts";

export const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
export const missing = `Redis: nothing answers at ${url}. Start one (docker run -p 6379:6379 redis), or set REDIS_URL`;

/** The commands that the statements by hand send. */
export interface Commands {
  /** Runs the shortest script that compares and sets. */
  setIf(keys: string[], args: string[]): Promise<unknown>;
  hset(key: string, fields: Record<string, string>): Promise<unknown>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  zadd(key: string, member: string): Promise<unknown>;
  /** The members after this one. */
  after(key: string, member: string, limit: number): Promise<string[]>;
  keys(pattern: string): Promise<string[]>;
  del(keys: string[]): Promise<unknown>;
}

export const SET_IF = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'value', ARGV[3], 'modified', ARGV[4])
return 1`;

const hash = (key: string) => `{${tableName}}:value:${key}`;
const index = `{${tableName}}:keys`;

export function statementsBy(commands: Commands): Statements {
  return {
    async create(key, text) {
      const version = crypto.randomUUID();
      await commands.hset(hash(key), { version, value: text, modified: String(Date.now()) });
      await commands.zadd(index, key);
      return version;
    },
    async read(key) {
      const [text, version, modified] = await commands.hmget(hash(key), "value", "version", "modified");
      return { text: text!, version: version!, modified: Number(modified) };
    },
    async versionOf(key) {
      const [version, modified] = await commands.hmget(hash(key), "version", "modified");
      return { version: version!, modified: Number(modified) };
    },
    async write(key, expected, text) {
      const [version, modified] = [crypto.randomUUID(), Date.now()];
      const written = await commands.setIf([hash(key)], [expected, version, text, String(modified)]);
      return written === 1 ? { version, modified } : undefined;
    },
    async page(after, limit) {
      const keys = await commands.after(index, after, limit);
      const rows = await Promise.all(keys.map((key) => commands.hmget(hash(key), "value", "version")));
      return rows.map(([text, version], i) => ({
        key: keys[i]!,
        text: text!,
        version: version!,
        modified: 0,
      }));
    },
  };
}

/** The parts that both clients have in common. */
export function openedBy(commands: Commands, store: Opened["store"], end: () => unknown): Opened {
  const statements = statementsBy(commands);
  return {
    ...{ store, statements },
    async fill(count, text) {
      for (let i = 0; i < count; i += 1000) {
        const keys = Array.from({ length: Math.min(1000, count - i) }, (_, j) => memberKey(i + j));
        await Promise.all(keys.map((key) => statements.create(key, text)));
      }
    },
    async close() {
      const keys = await commands.keys(`{${tableName}}*`);
      for (let i = 0; i < keys.length; i += 1000) await commands.del(keys.slice(i, i + 1000));
      await end();
    },
  };
}
