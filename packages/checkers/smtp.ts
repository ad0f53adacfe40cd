import { type Machine, move, stay, type Step } from "@keepalived/machine";
import { type Ending, failed, type Failure, formatSeconds, succeeded } from "./ending.ts";
import type { Line } from "./lines.ts";

export type SmtpConfig = {
  /** For each step. */
  readonly timeoutUs: number;
  readonly heloName: string;
};

export type SmtpEvent =
  /** The connection is being opened. */
  | { readonly kind: "started" }
  | { readonly kind: "connected" }
  | Line
  /** The peer sends nothing more. */
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly failure: Failure };

export type SmtpAction =
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "finish"; readonly ending: Ending };

/** What is waited for. */
export type SmtpStage = "start" | "connection" | "greeting" | "helo" | "quit" | "finished";

/** Plain JSON data. */
export type SmtpState = {
  readonly stage: SmtpStage;
  readonly deadlineUs: number | null;
  /** Lines of the reply that is being read. */
  readonly lines: number;
};

type Moved = Step<SmtpState, SmtpAction>;

/** A reply has few lines. */
const mostLines = 100;

/**
 * Greeting, HELO, QUIT (RFC 5321): 220, 250, and then any reply at all.
 *
 * Replies of several lines are accepted, which keepalived 2.2.7 takes for failures. That a server answers QUIT is
 * required, as there.
 */
export const smtp: Machine<SmtpConfig, SmtpState, SmtpEvent, SmtpAction> = {
  start: () => ({ stage: "start", deadlineUs: null, lines: 0 }),
  step(config, state, event, nowUs) {
    if (state.stage === "finished") return stay(state);
    switch (event.kind) {
      case "started":
        return state.stage === "start" ? enter("connection", config, nowUs) : stay(state);
      case "connected":
        return state.stage === "connection" ? enter("greeting", config, nowUs) : stay(state);
      case "line":
        return isWaitingForLine(state) ? hear(config, state, event.text, nowUs) : stay(state);
      case "too-long":
        return finish(failed("too-long", `line of the reply to ${asked(state)} has no end`));
      case "closed":
        return finish(failed("closed", `connection closed before the reply to ${asked(state)}`));
      case "failed":
        return finish({ ok: false, failure: event.failure });
      case "timeout":
        return state.deadlineUs !== null && nowUs >= state.deadlineUs
          ? finish(tooLate(config, state))
          : stay(state);
      case "configured":
        return stay(state);
    }
  },
  nextDeadlineUs: ({ deadlineUs }) => deadlineUs ?? undefined,
};

function isWaitingForLine({ stage }: SmtpState): boolean {
  return stage === "greeting" || stage === "helo" || stage === "quit";
}

function hear(config: SmtpConfig, state: SmtpState, line: string, nowUs: number): Moved {
  const [, code, more] = /^([0-9]{3})(?:([ -]).*)?$/s.exec(line) ?? [];
  if (code === undefined) {
    return finish(failed("malformed", `${asked(state)} is answered by '${clip(line)}'`));
  }
  if (more === "-") {
    if (state.lines + 1 < mostLines) return move({ ...state, lines: state.lines + 1 });
    return finish(failed("too-long", `reply to ${asked(state)} has over ${mostLines} lines`));
  }
  switch (state.stage) {
    case "greeting":
      if (code !== "220") return finish(refusal(state, line));
      return enter("helo", config, nowUs, `HELO ${config.heloName}\r\n`);
    case "helo":
      if (code !== "250") return finish(refusal(state, line));
      return enter("quit", config, nowUs, "QUIT\r\n");
    default:
      return finish(succeeded);
  }
}

function enter(stage: SmtpStage, config: SmtpConfig, nowUs: number, text?: string): Moved {
  const state: SmtpState = { stage, deadlineUs: nowUs + config.timeoutUs, lines: 0 };
  return move(state, text === undefined ? [] : [{ kind: "send", text }]);
}

function finish(ending: Ending): Moved {
  return move({ stage: "finished", deadlineUs: null, lines: 0 }, [{ kind: "finish", ending }]);
}

function refusal(state: SmtpState, line: string): Ending {
  return failed("reply", `${asked(state)} is answered by '${clip(line)}'`);
}

function tooLate({ timeoutUs }: SmtpConfig, state: SmtpState): Ending {
  const what = state.stage === "connection" ? "connection" : `reply to ${asked(state)}`;
  return failed("timeout", `no ${what} within ${formatSeconds(timeoutUs)}`);
}

/** What the peer was asked last. */
function asked({ stage }: SmtpState): string {
  return stage === "helo" ? "HELO" : stage === "quit" ? "QUIT" : "the connection";
}

/** A piece of what a peer said that cannot spoil a log. */
function clip(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
}
