import process from "node:process";
import { Worker } from "node:worker_threads";
import { ExchangeArea } from "./exchange_area.ts";
import { type Finding, nameOf, textOf } from "./finding.ts";
import type { Progress } from "./fuzzer.ts";
import type { Order, Report } from "./worker.ts";

/** What a run is to be. */
export type Wish = {
  /** URL of the module that exports `target`. */
  readonly module: string;
  /** Below them modules are counted. */
  readonly folders: readonly string[];
  readonly mostBytes: number;
  /** How long, in seconds in which the process was not stopped. */
  readonly seconds: number;
  readonly seed: number;
  readonly inputs: readonly Uint8Array[];
  readonly forEver: readonly Uint8Array[];
  readonly keep: number;
  /** An input that takes longer is a finding, in seconds of processor time. */
  readonly patienceS: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (progress: Progress) => void;
};

/** What came of it. */
export type Outcome = {
  readonly progress: Progress;
  readonly findings: readonly Finding[];
  readonly kept: readonly Uint8Array[];
};

/** Memory for everything in the thread, the inputs that are kept included. */
const mostMegabytes = 768;

const tickMs = 500;
/** With so many something is wrong at large. */
const mostFindings = 50;
/** How many times longer an input may wait for something than work. */
const idleFactor = 20;

/**
 * Runs a fuzzing thread until the time is over, and another one after each that hangs or takes all memory.
 *
 * @throws Error if the thread cannot even begin
 */
export async function watch(wish: Wish): Promise<Outcome> {
  const inputs = [...wish.inputs];
  const findings: Finding[] = [];
  const found = (finding: Finding) => {
    findings.push(finding);
    wish.onFinding(finding);
  };
  let progress = nothing;
  let ticks = 2 * wish.seconds;
  for (let seed = wish.seed;; seed++) {
    const area = new ExchangeArea(wish.mostBytes);
    const known = findings.map(({ key }) => key);
    const { module, folders, keep, forEver } = wish;
    const order: Order = {
      module,
      folders,
      area: area.buffer,
      inputs,
      known,
      avoid: findings.map(({ input }) => nameOf(input)),
      seed,
      keep,
      forEver,
    };
    const runsBefore = progress.runs;
    const end = await runThread(order, area, wish.patienceS, {
      onInput: (input) => inputs.push(input),
      onFinding: found,
      onProgress: (now) => wish.onProgress(progress = { ...now, runs: runsBefore + now.runs }),
      tick: () => --ticks <= 0 || wish.signal.aborted,
    });
    if (end.kind === "done") return { progress, findings, kept: end.kept };
    found(end.finding);
    if (ticks <= 0 || wish.signal.aborted || findings.length > mostFindings) {
      return { progress, findings, kept: [] };
    }
  }
}

const nothing: Progress = {
  runs: 0,
  covered: 0,
  places: 0,
  inputs: 0,
  slowestMs: 0,
  slowest: new Uint8Array(0),
};

type ThreadEnd =
  | { readonly kind: "done"; readonly kept: readonly Uint8Array[] }
  | { readonly kind: "finding"; readonly finding: Finding };

type ThreadEvents = {
  readonly onInput: (input: Uint8Array) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (progress: Progress) => void;
  /** Twice a second. @returns whether the time is over */
  readonly tick: () => boolean;
};

function runThread(
  order: Order,
  area: ExchangeArea,
  patienceS: number,
  events: ThreadEvents,
): Promise<ThreadEnd> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    });
    let runs = -1;
    let cpuUs = 0;
    let still = 0;
    // Ticks and processor time count, not time: the process may be stopped for a while, or the machine be busy.
    const timer = setInterval(() => {
      if (events.tick()) area.stop();
      const { user, system } = process.cpuUsage();
      if (runs !== area.runs || runs <= 0) {
        runs = area.runs;
        cpuUs = user + system;
        still = 0;
      }
      const isLong = user + system - cpuUs > patienceS * 1_000_000;
      if (isLong || ++still * tickMs > idleFactor * patienceS * 1000) {
        finish("hang", `An input takes more than ${patienceS} s`);
        void worker.terminate();
      }
    }, tickMs);
    const settle = (end: ThreadEnd) => {
      clearInterval(timer);
      resolve(end);
    };
    const finish = (key: string, text: string) => {
      if (area.runs === 0) {
        clearInterval(timer);
        return reject(new Error(text));
      }
      const input = area.input;
      settle({ kind: "finding", finding: { key: `${key} ${input.length}`, input, text } });
    };
    worker.on("message", (report: Report) => {
      if (report.kind === "input") events.onInput(report.input);
      else if (report.kind === "finding") events.onFinding(report.finding);
      else if (report.kind === "progress") events.onProgress(report.progress);
      else {
        settle(report);
        void worker.terminate();
      }
    });
    worker.on("error", (error) => finish("thread", `The thread ended: ${textOf(error)}`));
    worker.on("exit", () => finish("exit", "The thread ended without a word"));
  });
}
