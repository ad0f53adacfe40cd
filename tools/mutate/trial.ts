/** Tries mutants: the tests of a package run against each, in a process that lives on from one to the next. */

import { type ChildProcess, spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Mutant, mutantsOf } from "./mutants.ts";
import type { Answer, Order } from "./runner.ts";

/** What became of a mutant. "stuck": the tests did not end in time, which counts as noticed. */
export type Verdict = "killed" | "stuck" | "survived";

/** All mutants of a package, but for its tests and what only re-exports. */
export function mutantsOfPackage(name: string): readonly Mutant[] {
  return sourcesOf(name).flatMap((path) => mutantsOf(path, readFileSync(path, "utf8")));
}

function sourcesOf(name: string): readonly string[] {
  return globSync(`packages/${name}/**/*.ts`).map(String).sort().filter((path) =>
    !/_test\.ts$|\/testing\/|\/(fixture|transcript|mod)\.ts$|node_modules/.test(path)
  );
}

/** Test files, and what is in the names of the tests that are meant. */
type Stage = { readonly files: string; readonly only: string };

/** Tests of other folders that are about a package as well, for what its own do not notice. */
const further: Readonly<Record<string, Stage>> = {
  "vrrp-fsm": { files: "test/simulation/simulation_test.ts", only: "a thousand networks" },
};

/** Tests that take seconds and are about how many: nothing else that they notice goes past the others. */
const isLong = (path: string) => path.endsWith("/speed_test.ts");

/** Processor time that a test may take beyond a few times what it takes without a mutant. */
const SPARE_MS = 1000;
const TIMES = 5;
/** The same for loading all of them. */
const LOADING_MS = 5000;
/** And for a test that was never run. */
const PATIENCE_MS = 60_000;
/** Orders after which a process is replaced: it never forgets a module that it loaded. */
const MOST_ORDERS = 150;

/** What is known of a test: the time that it takes without a mutant, and how many it killed. */
type Known = { readonly tookMs: number; kills: number };

/**
 * Runs the tests of a package against mutants.
 *
 * They run on Node, whatever this process runs on: one mutant means the same everywhere.
 */
export class Trial {
  readonly #stages: readonly Stage[];
  readonly #known = new Map<Stage, Map<string, Known>>();
  readonly #signal: AbortSignal | undefined;
  #runner: Runner | undefined;
  #orders = 0;

  /** @param signal ends it: `try` throws then */
  constructor(name: string, signal?: AbortSignal) {
    const others = further[name];
    this.#stages = [
      { files: `packages/${name}/**/*_test.ts`, only: "" },
      ...others === undefined ? [] : [others],
    ];
    this.#signal = signal;
    signal?.addEventListener("abort", () => this[Symbol.dispose](), { once: true });
  }

  /** @throws Error if the tests fail without the mutant, or the signal ends it */
  async try(mutant: Mutant): Promise<Verdict> {
    for (const stage of this.#stages) {
      const known = this.#known.get(stage) ?? await this.#learn(stage);
      const end = await this.#run(stage, known, mutant);
      if (end.kind === "passed") continue;
      const test = known.get(end.test);
      if (test !== undefined) test.kills++;
      return end.kind === "stuck" ? "stuck" : "killed";
    }
    return "survived";
  }

  [Symbol.dispose](): void {
    this.#runner?.[Symbol.dispose]();
    this.#runner = undefined;
  }

  /** Runs tests without a mutant, to see that they pass and how long they take. */
  async #learn(stage: Stage): Promise<Map<string, Known>> {
    const end = await this.#run(stage, new Map(), null);
    if (end.kind !== "passed") {
      const how = end.kind === "failed" ? end.how : "it takes too long";
      throw new Error(`Cannot mutate: without a mutant ${end.test} fails: ${how}`);
    }
    const known = Object.entries(end.tookMs).map(([name, tookMs]) =>
      [name, { tookMs, kills: 0 }] as const
    );
    this.#known.set(stage, new Map(known));
    return new Map(known);
  }

  async #run(stage: Stage, known: Map<string, Known>, mutant: Mutant | null): Promise<End> {
    this.#signal?.throwIfAborted();
    if (this.#orders++ % MOST_ORDERS === 0) this[Symbol.dispose]();
    const runner = this.#runner ??= new Runner();
    const files = globSync(stage.files).map(String).sort()
      .filter((path) => !path.includes("node_modules") && !isLong(path));
    const own = mutant?.path.replace(/\.ts$/, "_test.ts");
    const rankOf = (path: string) => path === own ? -1 : costOf(path, known);
    files.sort((a, b) => rankOf(a) - rankOf(b));
    const limitOf = (test: string) => {
      const tookMs = known.get(test)?.tookMs;
      return tookMs === undefined ? PATIENCE_MS : SPARE_MS + TIMES * tookMs;
    };
    const end = await runner.obey({ files, only: stage.only, mutant }, limitOf);
    if (end.kind === "stuck") this[Symbol.dispose]();
    this.#signal?.throwIfAborted();
    return end;
  }
}

/** What the tests of a file take for each mutant that they kill: the deadliest for its time comes first. */
function costOf(path: string, known: ReadonlyMap<string, Known>): number {
  const own = [...known].filter(([name]) => name.startsWith(`${path}: `)).map(([, it]) => it);
  const tookMs = own.reduce((sum, it) => sum + it.tookMs, 0);
  return tookMs / own.reduce((sum, { kills }) => sum + kills, 1);
}

type End =
  | Exclude<Answer, { readonly kind: "begins" }>
  /** Its process took too long for a test, or broke down. */
  | { readonly kind: "stuck"; readonly test: string };

/** The process that runs tests. */
class Runner {
  readonly #child: ChildProcess;
  #hear: (answer: Answer | undefined) => void = () => {};

  constructor() {
    const program = fileURLToPath(new URL("runner.ts", import.meta.url));
    const { UPDATE: _, ...env } = process.env;
    const node = ["node_modules/.bin/node", "--disable-warning=ExperimentalWarning", program];
    // The limit is for a mutant that goes round and round when nobody is left to end it.
    this.#child = spawn("sh", ["-c", 'ulimit -t 3600; exec "$@"', "sh", ...node], {
      stdio: ["pipe", "pipe", "ignore"],
      env,
    });
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on("line", (line) => this.#hear(JSON.parse(line) as Answer));
    this.#child.on("close", () => this.#hear(undefined));
    // It broke down before it had read everything: "close" tells.
    this.#child.stdin!.on("error", () => {});
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }

  /** @param limitOf processor time that a test may take, in milliseconds */
  async obey(order: Order, limitOf: (test: string) => number): Promise<End> {
    const { promise, resolve } = Promise.withResolvers<End>();
    let test = "";
    let [limitMs, usedMs] = [LOADING_MS, this.#processorMs()];
    this.#hear = (answer) => {
      if (answer === undefined) resolve({ kind: "stuck", test });
      else if (answer.kind !== "begins") resolve(answer);
      else {
        test = answer.test;
        limitMs = limitOf(test);
        usedMs = this.#processorMs();
      }
    };
    const watch = setInterval(() => {
      if (this.#processorMs() - usedMs > limitMs) this[Symbol.dispose]();
    }, 200);
    this.#child.stdin!.write(JSON.stringify(order) + "\n");
    try {
      return await promise;
    } finally {
      clearInterval(watch);
    }
  }

  #processorMs(): number {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
      const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
      return 10 * (Number(user) + Number(system));
    } catch {
      // It has ended, which "close" tells.
      return 0;
    }
  }
}

/**
 * Tries mutants, a few at a time, until all are tried or the signal ends it.
 *
 * @param tell called with each verdict as it comes
 */
export async function tryAll(
  name: string,
  mutants: readonly Mutant[],
  options: {
    readonly parallel: number;
    readonly signal: AbortSignal;
    readonly tell: (mutant: Mutant, verdict: Verdict) => void;
  },
): Promise<void> {
  const { parallel, signal, tell } = options;
  const waiting = [...mutants];
  const work = async () => {
    using trial = new Trial(name, signal);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      tell(next, await trial.try(next));
    }
  };
  // All of them, so that none is left at work.
  const ends = await Promise.allSettled(Array.from({ length: parallel }, work));
  const failed = ends.find((it) => it.status === "rejected");
  if (failed !== undefined && !signal.aborted) throw failed.reason;
}
