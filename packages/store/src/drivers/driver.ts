import type { Stored } from "../contract/codec.ts";
import type { LedgerClaim, LedgerEntry } from "../contract/ledger.ts";

/** A row as drivers read it. */
export interface Row {
  key?: string;
  /** Absent when it was not asked for; null when it was left out, or is lost. */
  value?: Stored | null;
  /**
   * Absent and null mean the same as for the value. Empty when they equal the value's own bytes: see
   * `rowToWrite`.
   */
  octets?: Stored | null;
  /** Empty when it is lost, together with the value. */
  version: string;
  /** Milliseconds. Column names are one lower-case word, because postgres.js may be set to rename others. */
  modified: number | bigint;
  writeid: string | null;
}

/** Which row to read, and how much of it. */
interface ReadQuery {
  key: string;
  /** The versions whose value need not be loaded. */
  known: readonly string[] | "*";
  /** True when the ledger is read, too. */
  id: string | undefined;
  signal: AbortSignal | undefined;
}

export interface RowAndEntry {
  row: Row | null;
  entry: LedgerEntry | null;
}

/** A swap as a driver performs it. */
export interface DriverSwap {
  key: string;
  expected: string | null;
  next: { value: Stored; octets: Uint8Array | null; writeId: string | null } | null;
  /** The version that the swap makes. */
  version: string;
  claim: LedgerClaim | undefined;
  /** The entry that the ledger stores, if there is a claim. */
  entry: LedgerEntry | undefined;
  skipValue: boolean;
  signal: AbortSignal | undefined;
}

/** The facts that a driver reports about the version that it made. */
export interface Won {
  modified: number | bigint;
  /** Set when the driver makes the versions itself. */
  version?: string;
  /** `null`: there was no room for the octets. */
  octets?: Stored | null;
}

/** `lost`: the row that was found; `undefined` if it is not known. */
export type DriverSwapResult = { won: Won } | { lost: Row | null | undefined };

/** Which keys to list. */
interface Range {
  prefix: string;
  after: string | undefined;
  limit: number;
  values: boolean;
  signal: AbortSignal | undefined;
}

/** The parts that differ between databases. */
export interface Driver {
  /** How long its ledger keeps an entry, in seconds. */
  maxAge: number;
  read(query: ReadQuery): Promise<RowAndEntry>;
  swap(swap: DriverSwap): Promise<DriverSwapResult>;
  list(range: Range): Promise<Row[]>;
}
