import {
  check,
  type CheckAction,
  checkConfigOf,
  type CheckEvent,
  type CheckState,
  type Ending,
} from "@keepalived/checkers";
import { type Host, host, type Scheduler } from "@keepalived/reactor";
import type { CheckerConfig } from "@keepalived/keepalived-config";
import type { Log } from "../log.ts";
import { type Checker, type CheckerReport, type CheckerStatus, keywordOf } from "./checker.ts";

/** A checker that makes attempts of its own. */
export type AttemptingConfig = Exclude<CheckerConfig, { readonly kind: "file" | "bfd" }>;

/** Begins one attempt. @param part which url, of others 0 @param done told once, and never before this has returned */
export type StartAttempt = (
  checker: AttemptingConfig,
  part: number,
  done: (ending: Ending) => void,
) => { readonly abandon: () => void };

export type AttemptingOptions = {
  readonly id: string;
  readonly config: AttemptingConfig;
  /** It has to pass before its server is up, whatever the configuration says. */
  readonly startsDown: boolean;
  /** Spreads the first attempts. */
  readonly seed: number;
  /** `[10.0.0.1]:tcp:80` */
  readonly server: string;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly start: StartAttempt;
  readonly report: CheckerReport;
};

/** A checker that tries its server again and again. */
export class AttemptingChecker implements Checker {
  readonly #options: AttemptingOptions;
  readonly #host: Host<ReturnType<typeof checkConfigOf>, CheckState, CheckEvent>;
  #config: AttemptingConfig;
  #attempt: { readonly abandon: () => void } | undefined;
  #checkedAtUs: number | undefined;
  #attempts = 0;
  #failures = 0;
  /** Failures since the last success. */
  #inARow = 0;
  #lastFailure: string | undefined;
  /** It was said that the server is down. */
  #isDown = false;

  constructor(options: AttemptingOptions) {
    const { id, config, server, scheduler, startsDown, seed } = options;
    this.#options = options;
    this.#config = config;
    this.#host = host(check, {
      name: `check ${server} ${id}`,
      config: { ...checkConfigOf(config), alpha: startsDown },
      seed,
      scheduler,
      perform: (action, send) => this.#perform(action, send),
    });
  }

  get status(): CheckerStatus {
    const { up, assumed, nextAtUs, runningSinceUs } = this.#host.state;
    return {
      id: this.#options.id,
      config: this.#config,
      up,
      assumed,
      ...this.#checkedAtUs !== undefined && { checkedAtUs: this.#checkedAtUs },
      ...nextAtUs !== null && { nextAtUs },
      ...runningSinceUs !== null && { runningSinceUs },
      attempts: this.#attempts,
      failures: this.#failures,
      ...this.#lastFailure !== undefined && { lastFailure: this.#lastFailure },
    };
  }

  configure(config: CheckerConfig): void {
    if (config.kind === "file" || config.kind === "bfd") return;
    this.#config = config;
    this.#host.configure(checkConfigOf(config));
  }

  suspend(suspended: boolean): void {
    this.#host.send({ kind: suspended ? "suspended" : "resumed" });
  }

  clearCounters(): void {
    this.#attempts = 0;
    this.#failures = 0;
  }

  [Symbol.dispose](): void {
    this.#attempt?.abandon();
    this.#host[Symbol.dispose]();
  }

  #perform(action: CheckAction, send: (event: CheckEvent) => void): void {
    const { report, start } = this.#options;
    switch (action.kind) {
      case "begin":
        this.#attempts++;
        this.#attempt = start(this.#config, action.part, (ending) => this.#finish(ending, send));
        return;
      case "abandon":
        this.#attempt?.abandon();
        this.#attempt = undefined;
        return;
      case "attempt-failed":
        return this.#note(action.failure.text, action.retriesLeft);
      case "weight-changed":
        return report.weight(action.weight === null ? null : { kind: "set", value: action.weight });
      case "verdict-changed":
        return action.up ? this.#tellUp() : this.#tellDown(action.failure.text);
      default:
        return action satisfies never;
    }
  }

  #finish(ending: Ending, send: (event: CheckEvent) => void): void {
    this.#attempt = undefined;
    this.#checkedAtUs = this.#options.scheduler.nowUs();
    if (ending.ok) this.#inARow = 0;
    send({ kind: "finished", ending });
  }

  #note(text: string, retriesLeft: number): void {
    this.#failures++;
    this.#inARow++;
    this.#lastFailure = text;
    // The one that takes the server down is said in any case.
    const isOther = retriesLeft > 0 || this.#isDown;
    if (this.#config.logAllFailures && isOther) this.#say("info", `failed: ${text}`);
  }

  #tellUp(): void {
    this.#isDown = false;
    this.#say("info", "succeeded");
    this.#options.report.verdict(true);
  }

  #tellDown(text: string): void {
    this.#isDown = true;
    const retries = this.#inARow - 1;
    this.#say("notice", `failed${retries > 0 ? ` after ${retries} retries` : ""}: ${text}`);
    this.#options.report.verdict(false);
  }

  #say(severity: "info" | "notice", text: string): void {
    this.#options.log(
      severity,
      `${keywordOf(this.#config)} on service ${this.#options.server} ${text}`,
    );
  }
}
