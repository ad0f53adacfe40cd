import type { Word } from "@keepalived/conf-parser";
import type { Body } from "./bind.ts";
import { last, numberOf, textOf } from "./body.ts";
import type { Hmac, HmacKey } from "./model.ts";
import type { Say } from "./read_instance.ts";

/** Bytes of a key. */
const SHORTEST = 32;
const LONGEST = 64;
/** The time window is at least this long. */
const LEAST_WINDOW_US = 5_000_000;

/** `auth_hmac`: nothing, after a report, if there is no key to sign with. */
export function resolveHmac(body: Body, intervalUs: number, say: Say): Hmac | undefined {
  const block = last(body, "auth_hmac");
  if (block === undefined) return undefined;
  const at = block.words[0].at;
  const keys = readKeys(block.body, say);
  const activeKey = numberOf(block.body, "active_key");
  if (activeKey === undefined || keys.every(({ id }) => id !== activeKey)) {
    const reported = block.body.dropped.has("active_key") && activeKey === undefined;
    const message = activeKey === undefined
      ? "auth_hmac has no active_key - disabling"
      : `auth_hmac active_key ${activeKey} is not defined - disabling`;
    const place = last(block.body, "active_key")?.words[1]?.at ?? at;
    if (!reported) {
      say("error", "invalid-key", message, place, "add key ID VALUE and active_key ID");
    }
    return undefined;
  }
  return {
    keys,
    activeKey,
    timeWindowUs: numberOf(block.body, "time_window") ?? Math.max(3 * intervalUs, LEAST_WINDOW_US),
    antiReplay: (textOf(block.body, "anti_replay") ?? "time") as Hmac["antiReplay"],
    mode: (textOf(block.body, "mode") ?? "enforce") as Hmac["mode"],
  };
}

function readKeys(body: Body, say: Say): readonly HmacKey[] {
  const keys = new Map<number, HmacKey>();
  for (const { words, values: [id] } of body.statements.get("key") ?? []) {
    const word = words[2];
    if (typeof id !== "number" || word === undefined) continue;
    const key = readKey(id, word, say);
    if (key === undefined) continue;
    if (keys.has(id)) {
      say("warning", "duplicate", `auth_hmac key ${id} already defined - ignoring`, words[1]?.at);
    } else keys.set(id, key);
  }
  return [...keys.values()];
}

/** `VALUE`, `hex:HH…` or `file:PATH`. The value itself is in no message. */
function readKey(id: number, { text, at }: Word, say: Say): HmacKey | undefined {
  if (text.startsWith("file:")) {
    const path = text.slice(5);
    if (path !== "") return { id, kind: "file", path };
    say("error", "invalid-key", `auth_hmac key ${id} has no file name - ignoring`, at);
    return undefined;
  }
  const hex = text.startsWith("hex:") ? text.slice(4).toLowerCase() : hexOf(text);
  if (!/^([0-9a-f]{2})*$/.test(hex)) {
    const message = `auth_hmac key ${id} is not a whole number of bytes in hexadecimal - ignoring`;
    say("error", "invalid-key", message, at);
    return undefined;
  }
  const bytes = hex.length / 2;
  if (bytes >= SHORTEST && bytes <= LONGEST) return { id, kind: "bytes", hex };
  const message = `auth_hmac key ${id} has ${bytes} bytes, must be [${SHORTEST}..${LONGEST}]` +
    " - ignoring";
  say("error", "invalid-key", message, at, `head -c 32 /dev/urandom | od -An -tx1 makes one`);
  return undefined;
}

function hexOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
