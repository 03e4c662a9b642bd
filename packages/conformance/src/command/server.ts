import { count } from "../probe/answers.ts";
import { type Asked, type Finding, groups } from "../probe/finding.ts";
import { CannotRun, type Known, learn, refusePage } from "../probe/known.ts";
import { lookForHidden, probe } from "../probe/probe.ts";
import { questions } from "../probe/questions.ts";
import { openSession, type Session } from "../probe/session.ts";
import { orCannotRun } from "../probe/verdicts.ts";
import { visible } from "../report/octets.ts";
import type { Report } from "../report/report.ts";
import type { Answer } from "../wire/answer.ts";
import { WireError } from "../wire/wire-error.ts";
import { type Bodies, bodiesFor } from "../write/bodies.ts";
import { creationQuestions } from "../write/creation.ts";
import { writeQuestions } from "../write/questions.ts";
import { raceQuestion } from "../write/race.ts";
import { keep, restore } from "../write/restore.ts";
import { askWrites } from "../write/write.ts";
import { consent } from "./consent.ts";
import type { Options } from "./options.ts";
import type { Progress } from "./progress.ts";
import { select } from "./selection.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** The report, and whether a written page has its original content again. */
export interface Asking {
  report: Report;
  isRestored?: boolean;
}

interface Run {
  options: Options;
  session: Session;
  findings: Finding[];
  notes: string[];
  isRestored: boolean;
  onQuestion: (question: Asked) => void;
  tell: (note: string) => void;
}

/** Tests the server at an address. It reads first, and then writes if the user agrees. */
export async function askServer(options: Options, progress: Progress, terminal: Terminal): Promise<Asking> {
  const selected = selectedFor(options);
  if (options.write) await consent(options, terminal);
  const session = openSession({ ...options, url: options.url! });
  let done = 0;
  const total = selected.reads.length + selected.writes.length;
  const onQuestion = ({ group, title }: Asked) =>
    progress.show(`${++done}/${total} ${groups[group]}: ${title}`);
  const tell = (note: string) => {
    progress.clear();
    terminal.stderr.write(`${note}\n`);
  };
  const run: Run = { options, session, findings: [], notes: [], isRestored: true, onQuestion, tell };
  try {
    progress.show(`Asking ${options.url}`);
    const isRestored = options.write ? await readAndWrite(run, selected) : await read(run, selected.reads);
    const { findings, notes } = run;
    const report = { target: options.url!.href, version, asked: session.asked, seconds: 0, findings, notes };
    return { report, isRestored };
  } finally {
    session.close();
  }
}

function selectedFor(options: Options) {
  const writes = options.race > 0 ? [...writeQuestions, raceQuestion(options.race)] : writeQuestions;
  const all = options.write ? [...creationQuestions, ...questions, ...writes] : questions;
  const ids = new Set(select<Asked>(all, options).map(({ id }) => id));
  const isSelected = ({ id }: Asked) => ids.has(id);
  return {
    reads: questions.filter(isSelected),
    creations: creationQuestions,
    writes: writes.filter(isSelected),
  };
}

type Selected = ReturnType<typeof selectedFor>;

async function read(run: Run, reads: Selected["reads"]): Promise<true> {
  const known = await orCannotRun(() => learn(run.session));
  run.findings.push(...(await probe(run.session, known, reads, run.onQuestion)));
  run.notes.push(...notesOn(known));
  return true;
}

/** Restores the page at the end, also after an error or an interrupt. */
async function readAndWrite(run: Run, { reads, creations, writes }: Selected): Promise<boolean> {
  const { options, session, findings, notes, onQuestion } = run;
  const found = await orCannotRun(() => session.ask());
  if (found.status !== 200 && found.status !== 404 && found.status !== 410) refusePage(found);
  const bodies = bodiesFor(found.status === 200 ? found : undefined, options);
  const stopping = onInterrupt(() => {
    // Otherwise the next question would overwrite the restored content.
    session.close();
    return putBack(run, found, true);
  });
  let isAsked = false;
  try {
    if (found.status !== 200) await create(run, bodies, creations);
    const known = await orCannotRun(() => learn(session));
    if (known.again.body !== known.page.body)
      throw new CannotRun("its content changes without a write, so a write shows nothing");
    findings.push(...(await probe(session, known, reads, onQuestion)));
    if (writes.length > 0) await lookForHidden(known, session);
    notes.push(...notesOn(known));
    findings.push(...(await askWrites(session, bodies, writes, known.intermediary, onQuestion)));
    isAsked = true;
  } finally {
    const { note, isRestored } = await putBack(run, found, session.mayHaveWritten);
    stopping();
    notes.push(note);
    run.isRestored = isRestored;
    // Without a report, this is the only place to print it.
    if (!isAsked) run.tell(note);
  }
  return run.isRestored;
}

async function create(run: Run, bodies: Bodies, creations: Selected["creations"]): Promise<void> {
  const { session, findings, onQuestion } = run;
  findings.push(...(await askWrites(session, bodies, creations, undefined, onQuestion)));
  const last = findings.at(-1);
  if (last?.verdict !== "pass")
    throw new CannotRun(
      `the page does not exist, and a PUT did not create it: ${last?.found[0]}`.replace(/\.$/, ""),
    );
}

async function putBack({ options }: Run, found: Answer, mayHaveWritten: boolean) {
  const session = openSession({ ...options, url: options.url!, maxRequests: 50 });
  try {
    return await onceItIsBack(options.timeout, () => restore(session, found, mayHaveWritten));
  } catch (error) {
    return { isRestored: false, note: `${keep(found)} (${(error as Error).message})` };
  } finally {
    session.close();
  }
}

/** Waits for the server, because a server that crashed is usually started again. */
async function onceItIsBack<T>(timeout: number, act: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isDown = error instanceof WireError && error.reason === "no connection";
      if (!isDown || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Returns a function that removes the listeners. */
function onInterrupt(act: () => Promise<{ note: string }>): () => void {
  const stop = async () => {
    const { note } = await act();
    process.stderr.write(`\n${note}\n`);
    process.exit(130);
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return () => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
}

function notesOn({ page, etag, lastModified, intermediary }: Known): string[] {
  const validators = [etag && `ETag: ${etag}`, lastModified && `Last-Modified: ${lastModified}`].filter(
    Boolean,
  );
  return [
    `${count(page.body.length)} octets, ${validators.length > 0 ? validators.join(", ") : "no validator"}`,
    ...(intermediary === undefined ? [] : [`A cache or proxy is in front of the server: ${intermediary}`]),
  ].map(visible);
}
