import { type Ending, failed } from "@keepalived/checkers";
import { EMFILE, ENFILE, ENOBUFS, ENOMEM, SyscallError } from "@keepalived/linux";
import { startDns } from "./dns.ts";
import { failureOf } from "./failures.ts";
import { startHttp } from "./http.ts";
import { startMisc } from "./misc.ts";
import { startPing } from "./ping.ts";
import { startSmtp } from "./smtp.ts";
import { startTcp } from "./tcp.ts";
import type { ExchangeTools, Finish, Release, ScheduledChecker } from "./tools.ts";
import { startUdp } from "./udp.ts";

/** An attempt that runs. */
export type Exchange = {
  /** It is not wanted any more: nothing is told. */
  readonly abandon: () => void;
};

/** What this machine may be short of says nothing of a server: the attempt waits as long, in steps. */
const shortages: ReadonlySet<number> = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM]);
const longestShortageUs = 1_000_000;
const stepUs = 50_000;

/**
 * Begins one attempt of a checker.
 *
 * @param part which url of HTTP_GET and SSL_GET; of others 0
 * @param done told once how it ended, unless it is abandoned; never before this function has returned
 */
export function startExchange(
  checker: ScheduledChecker,
  part: number,
  tools: ExchangeTools,
  done: (ending: Ending) => void,
): Exchange {
  const attempt = new Attempt(checker, part, tools, done);
  attempt.begin();
  return attempt;
}

/** A class and few closures: there may be many thousands of these each second. */
class Attempt implements Exchange {
  readonly #checker: ScheduledChecker;
  readonly #part: number;
  readonly #tools: ExchangeTools;
  readonly #done: (ending: Ending) => void;
  #release: Release | undefined;
  #giveUpAtUs: number | undefined;

  constructor(
    checker: ScheduledChecker,
    part: number,
    tools: ExchangeTools,
    done: (ending: Ending) => void,
  ) {
    this.#checker = checker;
    this.#part = part;
    this.#tools = tools;
    this.#done = done;
  }

  begin(): void {
    try {
      const finish: Finish = (ending) => this.#finish(ending);
      this.#release = start(this.#checker, this.#part, this.#tools, finish);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#postpone(error);
    }
  }

  abandon(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #finish(ending: Ending): void {
    if (this.#release === undefined) return;
    this.abandon();
    this.#done(ending);
  }

  #postpone(error: SyscallError): void {
    const { reactor } = this.#tools;
    const nowUs = reactor.nowUs();
    this.#giveUpAtUs ??= nowUs + longestShortageUs;
    const isOver = !shortages.has(error.errno) || nowUs >= this.#giveUpAtUs;
    const again = isOver
      ? reactor.at(nowUs, () => this.#finish({ ok: false, failure: failureOf(error) }))
      : reactor.at(nowUs + stepUs, () => this.begin());
    this.#release = () => again[Symbol.dispose]();
  }
}

/** @throws SyscallError if the attempt cannot even begin; then nothing is held */
function start(
  checker: ScheduledChecker,
  part: number,
  tools: ExchangeTools,
  finish: Finish,
): Release {
  switch (checker.kind) {
    case "tcp":
      return startTcp(checker, tools, finish);
    case "http": {
      const url = checker.urls[part];
      if (url !== undefined) return startHttp(checker, url, tools, finish);
      tools.reactor.post(() => finish(failed("local", `there is no url ${part}`)));
      return () => {};
    }
    case "smtp":
      return startSmtp(checker, tools, finish);
    case "udp":
      return startUdp(checker, tools, finish);
    case "dns":
      return startDns(checker, tools, finish);
    case "ping":
      return startPing(checker, tools, finish);
    case "misc":
      return startMisc(checker, tools, finish);
  }
}
