/**
 * The protocol of the control socket: one JSON object a line, each way (docs/control.md).
 *
 * A request is `{ "id", "method", "params" }`; its response has the same id, and `result` or `error`. A client's requests
 * are answered in order.
 *
 * @module
 */

/** Longest request, in bytes. */
export const longestRequestBytes = 65_536;

/** Why a request was not served. */
export type ErrorCode =
  /** The line is no request. */
  | "bad-request"
  | "unknown-method"
  | "bad-params"
  /** What it names is not there. */
  | "not-found"
  /** It was understood, and could not be done. */
  | "failed"
  /** Too many clients. */
  | "busy"
  /** The client may not. */
  | "forbidden";

/** A number or text of the client's choice. */
export type RequestId = number | string | null;

/** What a client wants. */
export type Request = {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** A request that is refused: told to the client, and to nobody else. */
export class ControlError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A result that is JSON already. */
export class Json {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Reads a request. @throws ControlError if it is none */
export function parseRequest(line: string): Request {
  const { id, method, params } = objectOf(line);
  // 1e999 is JSON for a number that no answer could repeat.
  const isId = Number.isFinite(id) || typeof id === "string" || id === null || id === undefined;
  if (!isId) throw new ControlError("bad-request", "id is neither a number nor a text");
  if (typeof method !== "string") throw new ControlError("bad-request", "method is no text");
  if (params !== undefined && !isObject(params)) {
    throw new ControlError("bad-request", "params is no object");
  }
  return { id: (id ?? null) as RequestId, method, params: params ?? {} };
}

function objectOf(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ControlError("bad-request", `The line is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new ControlError("bad-request", "The line is no JSON object");
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The line of a response that is a result. */
export function resultLine(id: RequestId, result: unknown): string {
  const text = result instanceof Json ? result.text : JSON.stringify(result ?? null);
  return `{"id":${JSON.stringify(id)},"result":${text}}\n`;
}

/** The line of a response that is an error. */
export function errorLine(id: RequestId, { code, message }: ControlError): string {
  return `${JSON.stringify({ id, error: { code, message } })}\n`;
}
