import {
  type Entry,
  isWord,
  lexAt,
  type Report,
  type Span,
  type Word,
} from "@keepalived/conf-parser";
import { quoteWord } from "./quote.ts";

/** A statement under construction: its words and the line that their offsets count in. */
export type Draft = { text: string; readonly words: Word[] };

/** A word, in quotes where the line needs them. */
export function addWord(draft: Draft, text: string, at: Span): void {
  const printed = quoteWord(text);
  const offset = beginOf(draft);
  draft.text += printed;
  const quoted = printed !== text;
  draft.words.push({ text, at, quoted, offset, end: draft.text.length });
}

/**
 * A text that may be several words, as a line of a file.
 *
 * @returns false after a report that it holds what no line can
 */
export function addLine(draft: Draft, text: string, at: Span, report: Report): boolean {
  let whole = true;
  const refuse: Report = (diagnostic) => {
    whole = false;
    report(diagnostic);
  };
  const line = text.trim();
  const offset = beginOf(draft);
  for (const token of lexAt(line, at, refuse).tokens) {
    if (isWord(token)) {
      draft.words.push({ ...token, offset: token.offset + offset, end: token.end + offset });
    } else if (whole) {
      const message = `A brace cannot stand here without double quotes around it`;
      refuse({ severity: "error", code: "unexpected-brace", message, at });
    }
  }
  draft.text += line;
  return whole;
}

function beginOf(draft: Draft): number {
  if (draft.text !== "") draft.text += " ";
  return draft.text.length;
}

/** The entry, or undefined if it has no words. */
export function finish({ text, words }: Draft, block?: Entry["block"]): Entry | undefined {
  const [first, ...others] = words;
  return first && { words: [first, ...others], text, block };
}
