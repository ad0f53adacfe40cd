import type { Failure } from "./ending.ts";
import { resolvePointer } from "./json_pointer.ts";

/** What the body of an answer must be. */
export type BodyDemand = {
  /** MD5, in lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly regex?: { readonly pattern: string; readonly negated: boolean };
  /** A text that must be in it. */
  readonly text?: string;
  readonly json?: JsonDemand;
};

/** A value in the JSON of a body. */
export type JsonDemand = {
  /** RFC 6901 */
  readonly pointer: string;
  /** A string without its quotes, or the JSON of another value. */
  readonly value: string;
};

/** A body, as far as somebody asks. */
export type Body = {
  /** MD5 of the bytes as they came, and, if they came in chunks, of what these hold. */
  readonly digests: readonly string[];
  readonly text: string;
  /** Whether the pattern that was asked for is in it; null: that cannot be known. */
  readonly matches: boolean | null;
};

/** Why a body is not what it should be; undefined if it is. */
export function judgeBody(demand: BodyDemand, body: Body): Failure | undefined {
  const { digest, regex, text, json } = demand;
  if (digest !== undefined && !body.digests.includes(digest)) {
    return { code: "digest", text: `digest of the body is ${body.digests.at(-1) ?? "unknown"}` };
  }
  if (regex !== undefined && body.matches !== !regex.negated) {
    const how = body.matches === null
      ? "cannot be looked for"
      : body.matches
      ? "is in the body"
      : "is not in the body";
    return { code: "regex", text: `regular expression ${how}` };
  }
  if (text !== undefined && !body.text.includes(text)) {
    return { code: "body", text: "text that is wanted is not in the body" };
  }
  return json === undefined ? undefined : judgeJson(json, body.text);
}

function judgeJson({ pointer, value }: JsonDemand, text: string): Failure | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { code: "body", text: "body is no JSON" };
  }
  const found = resolvePointer(document, pointer);
  if (found === undefined) return { code: "body", text: `JSON of the body has no '${pointer}'` };
  const printed = typeof found === "string" ? found : JSON.stringify(found);
  if (printed === value) return undefined;
  return { code: "body", text: `'${pointer}' in the JSON of the body is '${clip(printed)}'` };
}

function clip(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
}
