/** How the transcripts in testdata write settings, events and actions. For tests. */

import type { SessionAction, SessionConfig, SessionEvent, SessionKind } from "./mod.ts";

const settings: Readonly<Record<string, keyof SessionConfig>> = {
  my: "localDiscriminator",
  tx: "desiredMinTxIntervalUs",
  rx: "requiredMinRxIntervalUs",
  idle: "idleTxIntervalUs",
  mult: "detectMult",
  passive: "passive",
};

/** `key=value` pairs; intervals in milliseconds. */
export function configure(config: SessionConfig, words: readonly string[]): SessionConfig {
  let next = config;
  for (const word of words) {
    const [key = "", value = ""] = word.split("=");
    const setting = settings[key];
    if (setting === undefined) throw new RangeError(`No such setting: ${key}`);
    next = {
      ...next,
      [setting]: setting === "passive"
        ? value === "true"
        : Number(value) * (setting.endsWith("Us") ? 1000 : 1),
    };
  }
  return next;
}

/** `hear STATE [poll] [final] [demand] [diag=N] [mult=N] [tx=MS] [rx=MS]` */
export function parsePacket(words: readonly string[]): SessionEvent {
  const [state = "down", ...rest] = words;
  const number = (key: string, fallback: number) => {
    const word = rest.find((it) => it.startsWith(`${key}=`));
    return word === undefined ? fallback : Number(word.slice(key.length + 1));
  };
  return {
    kind: "packet",
    state: state as SessionKind,
    diagnostic: number("diag", 0),
    poll: rest.includes("poll"),
    final: rest.includes("final"),
    demand: rest.includes("demand"),
    detectMult: number("mult", 3),
    myDiscriminator: number("my", 0xb),
    desiredMinTxIntervalUs: number("tx", 100) * 1000,
    requiredMinRxIntervalUs: number("rx", 100) * 1000,
  };
}

export function print(action: SessionAction): string {
  switch (action.kind) {
    case "send-packet": {
      const { packet } = action;
      return [
        `send ${packet.state}`,
        ...(packet.diagnostic === 0 ? [] : [`diag ${packet.diagnostic}`]),
        ...(packet.poll ? ["poll"] : []),
        ...(packet.final ? ["final"] : []),
        `mult ${packet.detectMult} my ${packet.myDiscriminator} your ${packet.yourDiscriminator}`,
        `tx ${packet.desiredMinTxIntervalUs / 1000} rx ${packet.requiredMinRxIntervalUs / 1000}`,
      ].join(" ");
    }
    case "poll-started":
      return "poll";
    case "state-changed":
      return `${action.from} -> ${action.to}: diag ${action.diagnostic}, remote diag ${action.remoteDiagnostic}`;
  }
}
