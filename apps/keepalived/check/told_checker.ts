import { judgeFile } from "@keepalived/checkers";
import type { BfdChecker, CheckerConfig, FileChecker } from "@keepalived/keepalived-config";
import type { Log } from "../log.ts";
import { type Checker, type CheckerReport, type CheckerStatus, keywordOf } from "./checker.ts";

/** Calls back when something that has a name changes, until disposed. */
export type Watched<T> = {
  /** What it is now; undefined: nobody has said so. */
  readonly value: (name: string) => T | undefined;
  readonly watch: (name: string, onChange: () => void) => Disposable;
};

type Options<Config> = {
  readonly id: string;
  readonly config: Config;
  /** `[10.0.0.1]:tcp:80` */
  readonly server: string;
  readonly log: Log;
  readonly report: CheckerReport;
  readonly nowUs: () => number;
};

/** `FILE_CHECK`: the number in a tracked file. */
export function fileChecker(
  options: Options<FileChecker>,
  files: Watched<number>,
): Checker {
  return new ToldChecker(options, options.config.trackFile, files, (value, { report }, config) => {
    const { up, add } = judgeFile(config, value);
    report.weight(add === 0 ? null : { kind: "add", value: add });
    return { up, reason: `track file ${config.trackFile} is ${value}` };
  });
}

/** `BFD_CHECK`: whether a session is up. */
export function sessionChecker(
  options: Options<BfdChecker>,
  sessions: Watched<boolean>,
): Checker {
  return new ToldChecker(options, options.config.session, sessions, (up, _, config) => ({
    up,
    reason: `BFD session ${config.session} is down`,
  }));
}

/** A checker that makes no attempts: it hears when something changes. */
class ToldChecker<T, Config extends FileChecker | BfdChecker> implements Checker {
  readonly #options: Options<Config>;
  readonly #name: string;
  readonly #source: Watched<T>;
  readonly #judge: Judge<T, Config>;
  readonly #watch: Disposable;
  #config: Config;
  #up: boolean;
  #assumed = true;
  #suspended = false;
  #checkedAtUs: number | undefined;
  #changes = 0;
  #failures = 0;
  #lastFailure: string | undefined;

  constructor(
    options: Options<Config>,
    name: string,
    source: Watched<T>,
    judge: Judge<T, Config>,
  ) {
    this.#options = options;
    this.#config = options.config;
    this.#name = name;
    this.#source = source;
    this.#judge = judge;
    this.#up = !options.config.alpha;
    this.#watch = source.watch(name, () => this.#look());
    this.#look();
  }

  get status(): CheckerStatus {
    return {
      id: this.#options.id,
      config: this.#config,
      up: this.#up,
      assumed: this.#assumed,
      ...this.#checkedAtUs !== undefined && { checkedAtUs: this.#checkedAtUs },
      attempts: this.#changes,
      failures: this.#failures,
      ...this.#lastFailure !== undefined && { lastFailure: this.#lastFailure },
    };
  }

  configure(config: CheckerConfig): void {
    if (config.kind !== this.#config.kind) return;
    this.#config = config as Config;
    this.#look();
  }

  suspend(suspended: boolean): void {
    this.#suspended = suspended;
    this.#look();
  }

  clearCounters(): void {
    this.#changes = 0;
    this.#failures = 0;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #look(): void {
    const value = this.#source.value(this.#name);
    if (value === undefined || this.#suspended) return;
    const { log, report, server, nowUs } = this.#options;
    const { up, reason } = this.#judge(value, this.#options, this.#config);
    this.#checkedAtUs = nowUs();
    this.#changes++;
    if (!up) {
      this.#failures++;
      this.#lastFailure = reason;
    }
    const isChange = up !== this.#up;
    if (!isChange && !this.#assumed) return;
    this.#assumed = false;
    this.#up = up;
    if (isChange) {
      const text = `${keywordOf(this.#config)} on service ${server}`;
      if (up) log("info", `${text} succeeded`);
      else log("notice", `${text} failed: ${reason}`);
    }
    report.verdict(up);
  }
}

type Judge<T, Config> = (
  value: T,
  options: Options<Config>,
  config: Config,
) => { readonly up: boolean; readonly reason: string };
