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
  let release: Release | undefined;
  const finish: Finish = (ending) => {
    if (release === undefined) return;
    const letGo = release;
    release = undefined;
    letGo();
    done(ending);
  };
  const { reactor } = tools;
  const giveUpAtUs = reactor.nowUs() + longestShortageUs;
  const begin = (): void => {
    try {
      release = start(checker, part, tools, finish);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const isOver = !shortages.has(error.errno) || reactor.nowUs() >= giveUpAtUs;
      const next = isOver ? () => finish({ ok: false, failure: failureOf(error) }) : begin;
      const again = reactor.at(reactor.nowUs() + (isOver ? 0 : stepUs), next);
      release = () => again[Symbol.dispose]();
    }
  };
  begin();
  return {
    abandon() {
      release?.();
      release = undefined;
    },
  };
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
