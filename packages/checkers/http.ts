import { type Machine, move, stay, type Step } from "@keepalived/machine";
import { type Ending, failed, type Failure, formatSeconds, succeeded } from "./ending.ts";

export type HttpConfig = {
  /** For each step: the connection, the first byte of the answer, each further piece. */
  readonly timeoutUs: number;
  /** First and last code of each range. */
  readonly statusCodes: readonly (readonly [number, number])[];
  /** Most bytes of a body. */
  readonly maxBodyBytes: number;
  /** The peer must end the connection as TLS has it. */
  readonly closeNotify: boolean;
};

export type HttpEvent =
  /** The connection is being opened. */
  | { readonly kind: "started" }
  | { readonly kind: "connected" }
  | { readonly kind: "head"; readonly status: number }
  /** Bytes of the body so far. */
  | { readonly kind: "progress"; readonly bodyBytes: number }
  /** The body is complete, and perhaps not what it should be. */
  | { readonly kind: "body"; readonly failure: Failure | null }
  /** The peer sends nothing more. @property notified TLS: it said so */
  | { readonly kind: "closed"; readonly notified: boolean }
  | { readonly kind: "failed"; readonly failure: Failure };

export type HttpAction =
  | { readonly kind: "send-request" }
  | { readonly kind: "finish"; readonly ending: Ending };

/** What is waited for. */
export type HttpStage =
  | "start"
  | "connection"
  | "head"
  | "body"
  | "close"
  | "finished";

/** Plain JSON data. */
export type HttpState = {
  readonly stage: HttpStage;
  readonly deadlineUs: number | null;
  /** When all must be over. */
  readonly limitUs: number;
};

type Moved = Step<HttpState, HttpAction>;

/** A peer that sends a little all the time has as many times of one step. */
const mostSteps = 10;

/** One request of HTTP_GET or SSL_GET and its answer. */
export const http: Machine<HttpConfig, HttpState, HttpEvent, HttpAction> = {
  start: () => ({ stage: "start", deadlineUs: null, limitUs: 0 }),
  step(config, state, event, nowUs) {
    const { stage } = state;
    if (stage === "finished") return stay(state);
    switch (event.kind) {
      case "started":
        if (stage !== "start") return stay(state);
        return enter("connection", config, {
          ...state,
          limitUs: nowUs + mostSteps * config.timeoutUs,
        }, nowUs);
      case "connected":
        return stage === "connection"
          ? enter("head", config, state, nowUs, [{ kind: "send-request" }])
          : stay(state);
      case "head":
        if (stage !== "head") return stay(state);
        return isWanted(config, event.status)
          ? enter("body", config, state, nowUs)
          : finish(failed("status", `status code ${event.status}`));
      case "progress":
        if (stage !== "head" && stage !== "body") return stay(state);
        if (event.bodyBytes <= config.maxBodyBytes) return enter(stage, config, state, nowUs);
        return finish(failed("too-long", `body of more than ${config.maxBodyBytes} bytes`));
      case "body":
        if (stage !== "body") return stay(state);
        if (event.failure !== null) return finish({ ok: false, failure: event.failure });
        return config.closeNotify ? enter("close", config, state, nowUs) : finish(succeeded);
      case "closed":
        return finish(endOf(state, event.notified));
      case "failed":
        return finish({ ok: false, failure: event.failure });
      case "timeout":
        return state.deadlineUs !== null && nowUs >= state.deadlineUs
          ? finish(tooLate(config, state, nowUs))
          : stay(state);
      case "configured":
        return stay(state);
    }
  },
  nextDeadlineUs: ({ deadlineUs }) => deadlineUs ?? undefined,
};

function isWanted({ statusCodes }: HttpConfig, status: number): boolean {
  return statusCodes.some(([first, last]) => first <= status && status <= last);
}

function enter(
  stage: HttpStage,
  config: HttpConfig,
  { limitUs }: HttpState,
  nowUs: number,
  actions: readonly HttpAction[] = [],
): Moved {
  const deadlineUs = Math.min(nowUs + config.timeoutUs, limitUs);
  return move({ stage, deadlineUs, limitUs }, actions);
}

function finish(ending: Ending): Moved {
  return move({ stage: "finished", deadlineUs: null, limitUs: 0 }, [{ kind: "finish", ending }]);
}

function endOf({ stage }: HttpState, notified: boolean): Ending {
  if (stage === "close") {
    return notified ? succeeded : failed("tls", "connection closed without close_notify");
  }
  const before = stage === "body" ? "the end of the answer" : "an answer";
  return failed("closed", `connection closed before ${before}`);
}

function tooLate({ timeoutUs }: HttpConfig, { stage, limitUs }: HttpState, nowUs: number): Ending {
  if (nowUs >= limitUs) {
    return failed("endless", `answer has no end within ${formatSeconds(mostSteps * timeoutUs)}`);
  }
  const what = {
    start: "start",
    connection: "connection",
    head: "answer",
    body: "end of the answer",
    close: "close_notify",
    finished: "end",
  }[stage];
  return failed("timeout", `no ${what} within ${formatSeconds(timeoutUs)}`);
}
