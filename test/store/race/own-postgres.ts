import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../free-port.ts";

/** PostgreSQL refuses to run as root: there its own user runs it. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? userOf("postgres") : undefined;
const binaries = binariesIn("pg_ctl");

/** A primary and its streaming standby, which a test may kill and promote. */
export interface OwnPair {
  primary: string;
  standby: string;
  /** The standby receives nothing from now on, as if the network between the two were slow. */
  cutReplication(): void;
  /** As `kill -9`. */
  killPrimary(): void;
  promote(): void;
  close(): void;
}

/** One server. While it is a closed standby, it refuses every connection with the error 57P03. */
export interface OwnPostgres {
  url: string;
  becomeClosedStandby(): void;
  promote(): void;
  close(): void;
}

/** Whether PostgreSQL servers can be started here; otherwise one line says what is missing. */
export function canStartPostgres(): boolean {
  const isPossible = binaries !== undefined && (!isRoot || user !== undefined);
  if (!isPossible) {
    console.warn(
      "SKIPPED: a PostgreSQL of its own. To run these tests: install postgresql (initdb, pg_basebackup)",
    );
  }
  return isPossible;
}

/** The data folders of servers that are removed together. */
function ownFolder() {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  return {
    dataOf: (name: string) => join(folder, name),
    start(data: string, port: number, more = "") {
      const options = `-p ${port} -c listen_addresses=127.0.0.1 -k ${folder} -c fsync=off -c wal_level=replica ${more}`;
      run("pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "-o", options, "start"]);
    },
    close(...servers: string[]) {
      for (const data of servers) {
        try {
          run("pg_ctl", ["-D", data, "-m", "immediate", "stop"]);
        } catch {
          // It has been stopped already.
        }
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const INIT = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"];

const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;

export async function ownPostgres(): Promise<OwnPostgres> {
  const { dataOf, start, close } = ownFolder();
  const [data, port] = [dataOf("only"), await freePort()];
  run("initdb", ["-D", data, ...INIT]);
  start(data, port);
  return {
    url: urlOf(port),
    becomeClosedStandby() {
      run("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"]);
      writeFileSync(join(data, "standby.signal"), "");
      start(data, port, "-c hot_standby=off");
    },
    promote: () => run("pg_ctl", ["-D", data, "-w", "promote"]),
    close: () => close(data),
  };
}

/** `isSynchronous`: a commit waits for the standby. */
export async function ownPair(isSynchronous: boolean): Promise<OwnPair> {
  const { dataOf, start, close } = ownFolder();
  const [first, second] = [dataOf("first"), dataOf("second")];
  const [one, two] = [await freePort(), await freePort()];
  run("initdb", ["-D", first, ...INIT]);
  start(first, one);
  run("pg_basebackup", [
    "-D",
    second,
    "-h",
    "127.0.0.1",
    "-p",
    String(one),
    "-U",
    "postgres",
    "-R",
    "-X",
    "stream",
  ]);
  start(second, two);
  const tell = (port: number, sql: string) =>
    run("psql", ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-c", sql]);
  if (isSynchronous) {
    tell(one, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    run("pg_ctl", ["-D", first, "reload"]);
  }
  return {
    primary: urlOf(one),
    standby: urlOf(two),
    cutReplication() {
      tell(two, "ALTER SYSTEM SET primary_conninfo = ''");
      run("pg_ctl", ["-D", second, "reload"]);
    },
    killPrimary: () => run("pg_ctl", ["-D", first, "-m", "immediate", "-W", "stop"]),
    promote: () => run("pg_ctl", ["-D", second, "-w", "promote"]),
    close: () => close(first, second),
  };
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(join(binaries!, program), args, {
    ...user,
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

function userOf(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name]).stdout?.toString().trim());
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** The folder of a program; Debian keeps those of PostgreSQL out of the path. */
function binariesIn(program: string): string | undefined {
  const shell = `dirname "$(readlink -f "$(command -v ${program} || ls /usr/lib/postgresql/*/bin/${program} | tail -1)")"`;
  const folder = spawnSync("sh", ["-c", shell]).stdout?.toString().trim();
  return folder && folder !== "." ? folder : undefined;
}
