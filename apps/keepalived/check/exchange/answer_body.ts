import { createHash, type Hash } from "node:crypto";
import type { Body } from "@keepalived/checkers";
import { type HttpUrl, type Regex, translateRegex } from "@keepalived/keepalived-config";

/** Most bytes of a body that is looked into, and of one that is only counted or digested. */
const mostKeptBytes = 4 << 20;
const mostBytes = 1 << 30;

const nothing = Buffer.alloc(0);

/** What is wanted of a body is gathered as it comes: a digest, or the whole body, or nothing. */
export class AnswerBody {
  readonly #url: HttpUrl;
  readonly #keeps: boolean;
  readonly #raw: Hash | undefined;
  readonly #plain: Hash | undefined;
  #kept: Buffer = nothing;
  #keptBytes = 0;
  #bytes = 0;

  constructor(url: HttpUrl) {
    this.#url = url;
    this.#keeps = keepsBody(url);
    if (url.digest === undefined) return;
    this.#raw = createHash("md5");
    this.#plain = createHash("md5");
  }

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  addRaw(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#raw?.update(bytes);
  }

  add(bytes: Uint8Array): void {
    this.#plain?.update(bytes);
    if (this.#keeps && this.#bytes <= mostKeptBytes) this.#keep(bytes);
  }

  /**
   * The body that has come, to be judged.
   *
   * keepalived digests what it receives, with what parts chunks; what these hold is the page. Either digest is good.
   */
  finish(chunked: boolean): Body {
    const { regex } = this.#url;
    const bytes = this.#keeps ? this.#kept.subarray(0, this.#keptBytes) : nothing;
    const hashes = chunked ? [this.#raw, this.#plain] : [this.#raw];
    return {
      digests: hashes.flatMap((hash) => hash?.digest("hex") ?? []),
      text: this.#keeps ? bytes.toString("utf8") : "",
      matches: regex === undefined ? null : find(regex, bytes),
    };
  }

  /** In one piece that grows: a body may come in very many. */
  #keep(bytes: Uint8Array): void {
    const length = this.#keptBytes + bytes.length;
    if (length > this.#kept.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#kept.length));
      larger.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#keptBytes);
    this.#keptBytes = length;
  }
}

/** The longest body that may come. */
export function longestBody(url: HttpUrl): number {
  return keepsBody(url) ? mostKeptBytes : mostBytes;
}

function keepsBody({ regex, text, json }: HttpUrl): boolean {
  return regex !== undefined || text !== undefined || json !== undefined;
}

type Compiled = { readonly pattern: RegExp; readonly firstLine: boolean } | undefined;

const compiled = new WeakMap<Regex, Compiled>();

/** Whether a pattern is in a body; null if it cannot be used. Offsets count bytes. */
function find(regex: Regex, bytes: Buffer): boolean | null {
  if (!compiled.has(regex)) compiled.set(regex, compile(regex));
  const ready = compiled.get(regex);
  if (ready === undefined) return null;
  const encoding = ready.pattern.unicode ? "utf8" : "latin1";
  const text = bytes.toString(encoding);
  const offsetOf = (count: number) => bytes.subarray(0, count).toString(encoding).length;
  if (regex.minOffset > bytes.length) return false;
  ready.pattern.lastIndex = offsetOf(regex.minOffset);
  const found = ready.pattern.exec(text);
  if (found === null) return false;
  if (regex.maxOffset !== undefined && found.index > offsetOf(regex.maxOffset)) return false;
  return !ready.firstLine || !text.slice(0, found.index).includes("\n");
}

function compile({ pattern, options }: Regex): Compiled {
  const translated = translateRegex(pattern, options);
  if (!translated.ok) return undefined; // The configuration said so.
  const { source, flags, firstLine } = translated;
  return { pattern: new RegExp(source, `${flags}g`), firstLine };
}
