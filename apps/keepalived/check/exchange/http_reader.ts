import type { Failure } from "@keepalived/checkers";

/** What an answer consists of, as it comes. */
export type AnswerEvents = {
  readonly onHead: (status: number) => void;
  /** Bytes behind the head as they come, with what parts chunks. */
  readonly onRaw: (bytes: Uint8Array) => void;
  /** Bytes of the body. */
  readonly onBody: (bytes: Uint8Array) => void;
  readonly onComplete: (chunked: boolean) => void;
  readonly onFault: (failure: Failure) => void;
};

/** Longest head of an answer, and longest line between chunks. */
const mostHeadBytes = 65_536;
const mostLineBytes = 1024;

type Stage = "head" | "until-close" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailer";

/**
 * Reads the answer to one request (RFC 9112), however it comes in pieces; nothing is told after its end.
 *
 * Lenient where keepalived is: lines may end without a carriage return, and a connection that closes before all of
 * `Content-Length` has come ends the body.
 */
export class AnswerReader {
  readonly #events: AnswerEvents;
  /** The answer has no body whatever its head says (RFC 9112 §6.3). */
  readonly #bodiless: boolean;
  #stage: Stage | "over" = "head";
  /** What was begun of the head or of a line, one character for each byte. */
  #text = "";
  /** Bytes of the body or of the chunk that are to come. */
  #left = 0;
  #chunked = false;

  constructor(events: AnswerEvents, bodiless: boolean) {
    this.#events = events;
    this.#bodiless = bodiless;
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#stage !== "over") {
      const rest = bytes.subarray(at);
      at += this.#stage === "head" ? this.#readHead(rest) : this.#readBody(rest);
    }
  }

  /** The connection has ended. */
  end(): void {
    if (this.#stage === "until-close" || this.#stage === "length") this.#complete();
    else this.#stage = "over";
  }

  /** @returns how many bytes belong to the head */
  #readHead(bytes: Uint8Array): number {
    const before = this.#text.length;
    this.#text += latin1(bytes.subarray(0, mostHeadBytes));
    if (!"HTTP/".startsWith(this.#text.slice(0, 5))) return this.#refuse("answer is not HTTP");
    // What was there before has been looked through, but for its last three characters.
    const emptyLine = /\r?\n\r?\n/g;
    emptyLine.lastIndex = Math.max(0, before - 3);
    const end = emptyLine.exec(this.#text);
    if (end === null) {
      return this.#text.length < mostHeadBytes
        ? bytes.length
        : this.#fault({ code: "too-long", text: `head of more than ${mostHeadBytes} bytes` });
    }
    const taken = end.index + end[0].length - before;
    const [status = "", ...fields] = this.#text.slice(0, end.index).split(/\r?\n/);
    const [, code] = /^HTTP\/[0-9]+\.[0-9]+ +([0-9]{3})(?: .*)?$/.exec(status) ?? [];
    if (code === undefined) return this.#refuse("answer has no status code");
    this.#text = "";
    // A preliminary answer (RFC 9110 §15.2): the one that counts follows.
    if (/^1/.test(code) && code !== "101") return taken;
    this.#begin(Number(code), fields);
    return taken;
  }

  #begin(status: number, fields: readonly string[]): void {
    const coding = valueOf(fields, "transfer-encoding");
    const length = valueOf(fields, "content-length");
    this.#chunked = coding !== undefined && /(?:^|,)\s*chunked$/i.test(coding);
    this.#stage = this.#chunked
      ? "chunk-size"
      : length !== undefined && /^[0-9]{1,15}$/.test(length)
      ? "length"
      : "until-close";
    this.#left = this.#stage === "length" ? Number(length) : 0;
    this.#events.onHead(status);
    const isEmpty = this.#bodiless || status === 204 || status === 304 ||
      (this.#stage === "length" && this.#left === 0);
    if (isEmpty) this.#complete();
  }

  /** @returns how many bytes were used */
  #readBody(bytes: Uint8Array): number {
    const { onRaw, onBody } = this.#events;
    switch (this.#stage) {
      case "until-close":
        onRaw(bytes);
        onBody(bytes);
        return bytes.length;
      case "length":
      case "chunk": {
        const piece = bytes.subarray(0, this.#left);
        this.#left -= piece.length;
        onRaw(piece);
        onBody(piece);
        if (this.#left === 0) {
          if (this.#stage === "chunk") this.#stage = "chunk-end";
          else this.#complete();
        }
        return piece.length;
      }
      default:
        return this.#readLine(bytes);
    }
  }

  /** A line between chunks (RFC 9112 §7.1). */
  #readLine(bytes: Uint8Array): number {
    const newline = bytes.indexOf(0x0a);
    const piece = newline < 0 ? bytes : bytes.subarray(0, newline + 1);
    this.#events.onRaw(piece);
    if (this.#text.length + piece.length > mostLineBytes) {
      return this.#refuse("chunk without a size");
    }
    this.#text += latin1(piece);
    if (newline < 0) return piece.length;
    const line = this.#text.replace(/\r?\n$/, "");
    this.#text = "";
    this.#takeLine(line);
    return piece.length;
  }

  #takeLine(line: string): void {
    if (this.#stage === "trailer") {
      if (line === "") this.#complete();
    } else if (this.#stage === "chunk-end") {
      if (line !== "") this.#refuse("chunk of another size than it says");
      else this.#stage = "chunk-size";
    } else {
      const [, size] = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
      if (size === undefined) return void this.#refuse("chunk without a size");
      this.#left = Number.parseInt(size, 16);
      this.#stage = this.#left === 0 ? "trailer" : "chunk";
    }
  }

  #complete(): void {
    this.#stage = "over";
    this.#events.onComplete(this.#chunked);
  }

  #refuse(text: string): number {
    return this.#fault({ code: "malformed", text });
  }

  #fault(failure: Failure): number {
    this.#stage = "over";
    this.#events.onFault(failure);
    return 0;
  }
}

/** The value of a header; of several the last. */
function valueOf(fields: readonly string[], name: string): string | undefined {
  const prefix = `${name}:`;
  return fields.findLast((field) => field.toLowerCase().startsWith(prefix))
    ?.slice(prefix.length).trim();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
