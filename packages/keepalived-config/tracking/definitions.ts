import { clip, type Report } from "@keepalived/conf-parser";
import { type Body, placeOf, type Statement } from "../bind.ts";
import { commandOf, defined, has, last, numberOf, textOf } from "../body.ts";
import type * as Model from "../model_tracking.ts";
import { readValue } from "../value.ts";

/** A statement that defines a name, the name, and what messages about it begin with. */
export type Definition = { readonly statement: Statement; readonly name: string };

/** The definitions of a block, the first one of each name. */
export function definitionsOf(root: Body, block: string, report: Report): Definition[] {
  const seen = new Set<string>();
  const found: Definition[] = [];
  for (const statement of root.statements.get(block) ?? []) {
    const name = String(statement.values[0]);
    if (!seen.has(name)) {
      seen.add(name);
      found.push({ statement, name });
      continue;
    }
    const message = `${block} ${clip(name)} already defined - ignoring`;
    const at = statement.words[1]?.at ?? placeOf(statement);
    report({ severity: "error", code: "duplicate-name", message, at });
  }
  return found;
}

/** `weight N [reverse]` of a definition. */
export function readWeight(body: Body, fallback: number): Model.Weight {
  return {
    weight: numberOf(body, "weight") ?? fallback,
    reverse: textOf(body, "weight", 1) === "reverse",
  };
}

/** All `vrrp_script` blocks. */
export function readScripts(root: Body, report: Report): readonly Model.VrrpScriptConfig[] {
  return definitionsOf(root, "vrrp_script", report).flatMap((definition) =>
    readScript(definition, report) ?? []
  );
}

function readScript(
  { statement, name }: Definition,
  report: Report,
): Model.VrrpScriptConfig | undefined {
  const { body, words } = statement;
  const at = words[1]?.at ?? placeOf(statement);
  const command = commandOf(body, "script");
  const [first = ""] = command?.argv ?? [];
  if (command === undefined) {
    if (body.dropped.has("script")) return undefined;
    const message = `No script set for vrrp_script ${clip(name)} - removing`;
    report({ severity: "error", code: "missing-value", message, at, hint: "add script COMMAND" });
    return undefined;
  }
  const surplus = last(body, "script")?.words.at(-1);
  if (command.user !== undefined && surplus !== undefined) {
    const message = `(${clip(name)}) Surplus argument '${clip(surplus.text)}' of 'script'`;
    const hint =
      "put the command with its arguments in quotes, and the user after the keyword user";
    report({ severity: "warning", code: "surplus-argument", message, at: surplus.at, hint });
  }
  const intervalUs = readPeriod(body, "interval", name, report) ?? 1_000_000;
  return {
    name,
    at,
    check: first.startsWith("<")
      ? { kind: "file", path: first.slice(1) }
      : { kind: "command", argv: command.argv },
    intervalUs,
    timeoutUs: readPeriod(body, "timeout", name, report) ?? intervalUs,
    ...readWeight(body, 0),
    rise: numberOf(body, "rise") ?? 1,
    fall: numberOf(body, "fall") ?? 1,
    initFail: has(body, "init_fail"),
    ...defined({ user: textOf(body, "user"), group: textOf(body, "user", 1) }),
  };
}

/** No time at all becomes a second. */
function readPeriod(body: Body, key: string, name: string, report: Report): number | undefined {
  const value = numberOf(body, key);
  const at = last(body, key)?.words[1]?.at;
  if (value !== 0 || at === undefined) return value;
  const message = `(${clip(name)}): vrrp script ${key} must be greater than 0, setting to 1`;
  report({ severity: "warning", code: "adjusted", message, at });
  return 1_000_000;
}

/** All `track_file` blocks. */
export function readTrackFiles(root: Body, report: Report): readonly Model.TrackFileConfig[] {
  return definitionsOf(root, "track_file", report).flatMap(({ statement, name }) => {
    const { body, words } = statement;
    const path = textOf(body, "file");
    const initialize = readInitialize(body, name, report);
    if (path !== undefined) {
      return [{ name, path, ...readWeight(body, 1), ...defined({ initialize }) }];
    }
    if (body.dropped.has("file")) return [];
    const message = `No file set for track_file ${clip(name)} - ignoring`;
    const at = words[1]?.at ?? placeOf(statement);
    report({ severity: "error", code: "missing-value", message, at, hint: "add file PATH" });
    return [];
  });
}

/** `init_file [VALUE] [overwrite]`, in any order. */
function readInitialize(
  body: Body,
  name: string,
  report: Report,
): Model.TrackFileConfig["initialize"] {
  const statement = last(body, "init_file");
  if (statement === undefined) return undefined;
  let initialize = { value: 0, overwrite: false };
  for (const { text, at } of statement.words.slice(1)) {
    const say = (severity: "error" | "warning", code: string, message: string) =>
      report({ severity, code, message: `(${clip(name)}) ${message}`, at });
    if (text === "overwrite") {
      initialize = { ...initialize, overwrite: true };
      continue;
    }
    const read = readValue({ kind: "integer", min: -2147483648, max: 2147483647 }, text);
    if (!read.ok) {
      const message = read.code === "out-of-range"
        ? `Track file ${clip(name)} init value ${clip(text)} is invalid: ${read.message}`
        : `Unknown track file init option ${clip(text)}`;
      say("error", read.code, message);
      continue;
    }
    const value = Number(read.value);
    initialize = { ...initialize, value };
    const weight = Math.abs(numberOf(body, "weight") ?? 1);
    if (Math.abs(value) * Math.max(1, weight) <= 254 || Math.abs(value) <= 254) continue;
    const message = `Track file ${clip(name)} init value ${value} is outside sensible range` +
      " [-254, 254]";
    say("warning", "unusual-value", message);
  }
  return initialize;
}

/** All `vrrp_track_process` blocks. */
export function readTrackProcesses(
  root: Body,
  report: Report,
): readonly Model.TrackProcessConfig[] {
  return definitionsOf(root, "vrrp_track_process", report).flatMap(({ statement, name }) => {
    const { body, words } = statement;
    const [command, ...parameters] = (last(body, "process")?.words ?? []).slice(1)
      .map(({ text }) => text);
    if (command === undefined) {
      if (body.dropped.has("process")) return [];
      const message = `track process '${clip(name)}' process name not specified`;
      const at = words[1]?.at ?? placeOf(statement);
      report({ severity: "error", code: "missing-value", message, at, hint: "add process NAME" });
      return [];
    }
    const matches = has(body, "param_match");
    const match = textOf(body, "param_match") as "initial" | "partial" | undefined;
    const compares = matches || parameters.length > 0;
    return [{
      name,
      command,
      parameters,
      match: match ?? (compares ? "exact" as const : "none" as const),
      fullCommand: compares || has(body, "full_command"),
      ...readWeight(body, 0),
      ...readQuorum(body, name, report),
      terminateDelayUs: readDelay(body, "terminate_delay"),
      forkDelayUs: readDelay(body, "fork_delay"),
    }];
  });
}

/** The last of a delay and `delay`, which is both. */
function readDelay(body: Body, name: "terminate_delay" | "fork_delay"): number {
  const given = body.order.findLast((one) => one.name === name || one.name === "delay");
  return typeof given?.values[0] === "number" ? given.values[0] : 0;
}

/** Of two that contradict each other the first one holds. */
function readQuorum(
  body: Body,
  name: string,
  report: Report,
): { quorum: number; quorumMax?: number } {
  let least: number | undefined;
  let most: number | undefined;
  for (const { name: key, values: [value], words } of body.order) {
    if ((key !== "quorum" && key !== "quorum_max") || typeof value !== "number") continue;
    const [low, high] = key === "quorum" ? [value, most] : [least, value];
    if (low === undefined || high === undefined || low <= high) {
      if (key === "quorum") least = value;
      else most = value;
      continue;
    }
    const message = key === "quorum"
      ? "Quorum is greater than quorum_max - ignoring"
      : "quorum_max is less than quorum - ignoring";
    const at = words[0].at;
    report({
      severity: "warning",
      code: "contradiction",
      message: `(${clip(name)}) ${message}`,
      at,
    });
  }
  return { quorum: least ?? 1, ...(most === undefined ? {} : { quorumMax: most }) };
}
