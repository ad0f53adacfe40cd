import { clip, type Report } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import { defined, last, textOf } from "../body.ts";
import type { HttpUrl } from "../model_checker.ts";

type RequestParts =
  & Pick<HttpUrl, "method" | "headers">
  & { readonly [Field in "body" | "text" | "json"]?: NonNullable<HttpUrl[Field]> };

/** What a url says beyond what the C daemon knows: method, headers and body, and what the answer must have. */
export function readRequest(body: Statement["body"], report: Report): RequestParts {
  return {
    method: readMethod(body, report),
    headers: (body.statements.get("header") ?? []).flatMap((it) => readHeader(it, report) ?? []),
    ...defined<Required<Pick<RequestParts, "body" | "text" | "json">>>({
      body: textOf(body, "body"),
      text: textOf(body, "body_contains"),
      json: readJson(body, report),
    }),
  };
}

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function readMethod(body: Statement["body"], report: Report): string {
  const method = textOf(body, "method") ?? "GET";
  if (token.test(method)) return method;
  refuse(last(body, "method"), `method '${clip(method)}' is no word`, report);
  return "GET";
}

function readHeader(
  statement: Statement,
  report: Report,
): [readonly [string, string]] | undefined {
  const text = String(statement.values[0] ?? "");
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1).trim();
  // Nothing that could end the line and begin another header.
  if (token.test(name) && !/[^\t\x20-\x7e\x80-\uffff]/.test(value)) return [[name, value]];
  refuse(statement, `header '${clip(text)}' is not NAME: VALUE - ignoring`, report);
  return undefined;
}

function readJson(body: Statement["body"], report: Report): HttpUrl["json"] {
  const pointer = textOf(body, "body_json");
  const value = textOf(body, "body_json", 1);
  if (pointer === undefined || value === undefined) return undefined;
  if (/^(?:\/(?:[^~]|~[01])*)?$/.test(pointer)) return { pointer, value };
  const message = `body_json '${clip(pointer)}' is no JSON pointer - ignoring`;
  refuse(last(body, "body_json"), message, report, "write /member/0 for the first of member");
  return undefined;
}

function refuse(
  statement: Statement | undefined,
  message: string,
  report: Report,
  hint?: string,
): void {
  const at = statement?.words[1]?.at ?? statement?.words[0].at;
  if (at === undefined) return;
  report({
    severity: "error",
    code: "invalid-value",
    message,
    at,
    ...(hint === undefined ? {} : { hint }),
  });
}
