import type { Report, Span } from "./diagnostic.ts";
import { isBlank, type Line, spanOf } from "./line.ts";

/** A word, its quotes removed, and where it stands. */
export type Word = {
  readonly text: string;
  readonly at: Span;
  /** Whether double quotes stood in it. */
  readonly quoted: boolean;
  /** Where it starts in the text of its entry, quotes included. */
  readonly offset: number;
  /** Where it ends there. */
  readonly end: number;
};

/** A brace that stands for itself. */
export type Brace = { readonly brace: "open" | "close"; readonly at: Span };

export type Token = Word | Brace;

/** Whether a token is there, and is a word. */
export function isWord(token: Token | undefined): token is Word {
  return token !== undefined && "text" in token;
}

/** The tokens of one line, and the text that the offsets of its words count in. */
export type TokenLine = { readonly text: string; readonly tokens: readonly Token[] };

const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The words and braces of a line.
 *
 * Blanks part words, double quotes keep them, braces stand for themselves wherever they are outside quotes. A name in
 * `${…}` that is not defined stays text. A quote without its partner is reported and reaches to the end of the line.
 */
export function lex(line: Line, report: Report): TokenLine {
  const { text } = line;
  const tokens: Token[] = [];
  for (let i = 0; i < text.length;) {
    const char = text.charCodeAt(i);
    if (isBlank(char)) i++;
    else if (char === OPEN || char === CLOSE) {
      tokens.push({ brace: char === OPEN ? "open" : "close", at: spanOf(line, i, i + 1) });
      i++;
    } else {
      const end = wordEnd(line, i, report);
      const raw = text.slice(i, end);
      const quoted = raw.includes('"');
      tokens.push({
        text: quoted ? raw.replaceAll('"', "") : raw,
        at: spanOf(line, i, end),
        quoted,
        offset: i,
        end,
      });
      i = end;
    }
  }
  return { text, tokens };
}

/** The tokens of a text that as a whole stands for one stretch of a file, as a value in another language does. */
export function lexAt(text: string, at: Span, report: Report): TokenLine {
  const pieces = [{ offset: 0, line: at.line, column: at.column, frozen: at.length }];
  return lex({ file: at.file, text, pieces, breaks: [] }, report);
}

const REFERENCE = /\$\{[A-Za-z0-9_]+[^}${]*\}/y;

function wordEnd(line: Line, start: number, report: Report): number {
  const { text } = line;
  let i = start;
  while (i < text.length) {
    const char = text.charCodeAt(i);
    if (isBlank(char) || char === OPEN || char === CLOSE) break;
    if (char === QUOTE) {
      const close = text.indexOf('"', i + 1);
      if (close < 0) {
        report({
          severity: "error",
          code: "unmatched-quote",
          message: `Unterminated quote '${clip(text.slice(i))}'`,
          at: spanOf(line, i, i + 1),
          hint: 'a quoted word ends with " on the same line',
        });
        return text.length;
      }
      i = close + 1;
    } else if (char === 0x24 && text.charCodeAt(i + 1) === OPEN) {
      REFERENCE.lastIndex = i;
      i = REFERENCE.test(text) ? REFERENCE.lastIndex : i + 1;
    } else i++;
  }
  return i;
}

/** A text for a message, cut to 60 characters. */
export function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
