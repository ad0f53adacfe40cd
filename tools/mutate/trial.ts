/** Tries mutants: each in a process of its own that runs the tests of the package, in a copy of the tree. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { type Mutant, mutantsOf, mutate } from "./mutants.ts";

/** What became of a mutant. "stuck": the tests did not end in time, which counts as noticed. */
export type Verdict = "killed" | "stuck" | "survived";

/** All mutants of a package, but for its tests and what only re-exports. */
export function mutantsOfPackage(name: string): readonly Mutant[] {
  return sourcesOf(name).flatMap((path) => mutantsOf(path, readFileSync(path, "utf8")));
}

function sourcesOf(name: string): readonly string[] {
  return globSync(`packages/${name}/**/*.ts`).map(String).sort().filter((path) =>
    !/_test\.ts$|\/testing\/|\/fixture\.ts$|\/mod\.ts$|node_modules/.test(path)
  );
}

/** Tests of other folders that are about a package as well, and which of them. */
const further: Readonly<Record<string, readonly string[]>> = {
  "vrrp-fsm": ["--test-name-pattern=a thousand networks", "test/simulation/simulation_test.ts"],
};

/**
 * A copy of the tree, in which one mutant at a time lives.
 *
 * Tests run on Node, whatever this process runs on: one mutant means the same everywhere.
 */
export class Trial {
  readonly #folder = mkdtempSync(join(tmpdir(), "keepalived-mutate-"));
  readonly #package: string;
  #limitMs = 120_000;

  constructor(name: string) {
    this.#package = name;
    for (const part of ["package.json", "packages", "test/simulation"]) {
      const filter = (path: string) => basename(path) !== "node_modules";
      cpSync(part, join(this.#folder, part), { recursive: true, filter });
    }
    link("node_modules", join(this.#folder, "node_modules"));
  }

  /** Runs the tests without a mutant, to see that they pass and how long they take. @throws Error if they do not pass */
  async baseline(): Promise<void> {
    const startedMs = performance.now();
    const failure = await this.#firstFailure(this.#tests());
    if (failure !== undefined) {
      throw new Error(
        `Cannot mutate ${this.#package}: without a mutant its tests fail: ${failure}`,
      );
    }
    // The machine may become ten times as slow meanwhile.
    this.#limitMs = Math.min(120_000, 10_000 + 10 * (performance.now() - startedMs));
  }

  async try(mutant: Mutant): Promise<Verdict> {
    const path = join(this.#folder, mutant.path);
    const source = readFileSync(path, "utf8");
    writeFileSync(path, mutate(source, mutant));
    try {
      const own = mutant.path.replace(/\.ts$/, "_test.ts");
      const tests = this.#tests();
      const stages = [
        tests.filter((test) => test === own),
        tests.filter((test) => test !== own),
        further[this.#package] ?? [],
      ];
      for (const stage of stages) {
        const failure = stage.length === 0 ? undefined : await this.#firstFailure(stage);
        if (failure !== undefined) return failure === stuck ? "stuck" : "killed";
      }
      return "survived";
    } finally {
      writeFileSync(path, source);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tests(): readonly string[] {
    return globSync(`packages/${this.#package}/**/*_test.ts`).map(String).sort()
      .filter((test) => !test.includes("node_modules"));
  }

  /** The line of the first test that fails, with which the process is ended; undefined: all pass. */
  async #firstFailure(tests: readonly string[]): Promise<string | undefined> {
    const child = spawn(
      resolve("node_modules/.bin/node"),
      ["--test", "--test-isolation=none", "--test-reporter=tap", ...tests],
      {
        cwd: this.#folder,
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, NODE_COMPILE_CACHE: join(this.#folder, "cache") },
      },
    );
    let failure: string | undefined;
    const fail = (what: string) => {
      failure ??= what;
      child.kill("SIGKILL");
    };
    // In two parts: after this process itself was stopped for a while, what has ended meanwhile is seen first.
    let limit = setTimeout(() => {
      limit = setTimeout(fail, 1000, stuck);
    }, this.#limitMs);
    const ended = end(child);
    if (child.stdout !== null) {
      for await (const line of createInterface({ input: child.stdout })) {
        if (/^\s*not ok /.test(line)) fail(line.trim());
      }
    }
    const status = await ended;
    clearTimeout(limit);
    return failure ?? (status === 0 ? undefined : `exit status ${status}`);
  }
}

const stuck = "stuck";

function end(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("close", resolve));
}

/** A folder of modules like another one, in which links between packages lead to those of the copy. */
function link(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    const isLink = lstatSync(path).isSymbolicLink();
    if (isLink && readlinkSync(path).startsWith("..")) {
      symlinkSync(readlinkSync(path), join(to, name));
    } else if (name === "@keepalived") link(path, join(to, name));
    else symlinkSync(resolve(path), join(to, name));
  }
}

/** Tries mutants, a few at a time. @param tell called with each verdict as it comes */
export async function tryAll(
  name: string,
  mutants: readonly Mutant[],
  options: {
    readonly parallel: number;
    readonly tell?: (mutant: Mutant, verdict: Verdict) => void;
  },
): Promise<ReadonlyMap<Mutant, Verdict>> {
  const verdicts = new Map<Mutant, Verdict>();
  const waiting = [...mutants];
  await Promise.all(Array.from({ length: options.parallel }, async () => {
    using trial = new Trial(name);
    await trial.baseline();
    for (;;) {
      const mutant = waiting.shift();
      if (mutant === undefined) return;
      const verdict = await trial.try(mutant);
      verdicts.set(mutant, verdict);
      options.tell?.(mutant, verdict);
    }
  }));
  return verdicts;
}
