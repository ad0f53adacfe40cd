/** The escapes of a single letter in a quoted string. */
const LETTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The arguments of a quoted string, or the quote that has no partner. */
export type Quoted =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly quote: string; readonly offset: number };

/**
 * The argument vector of a command line, as script keywords read it. No shell is involved.
 *
 * Blanks part arguments, both kinds of quotes keep them. Escapes work in and outside quotes: `\a \b \E \f \n \r \t \v`,
 * octal `\101`, hexadecimal `\x41` (at most two digits), control `\cA`, and a backslash before any other character is
 * that character.
 */
export function splitQuoted(text: string): Quoted {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  let opened = 0;
  for (let i = 0; i < text.length;) {
    const char = text[i] ?? "";
    if (char === "\\" && i + 1 < text.length) {
      const escape = unescape(text, i + 1);
      word = (word ?? "") + escape.value;
      i = escape.end;
      continue;
    }
    if (quote !== "" && char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
      opened = i;
      word ??= "";
    } else if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
    i++;
  }
  if (quote !== "") return { ok: false, quote, offset: opened };
  if (word !== undefined) words.push(word);
  return { ok: true, words };
}

/** The character that an escape stands for; `start` is behind the backslash. */
function unescape(text: string, start: number): { value: string; end: number } {
  NUMBER.lastIndex = start;
  const digits = NUMBER.exec(text);
  if (digits !== null) {
    const [all, octal, hex] = digits;
    const code = octal === undefined ? parseInt(hex ?? "", 16) : parseInt(octal, 8);
    return { value: String.fromCharCode(code & 0xff), end: start + all.length };
  }
  const char = text[start] ?? "";
  const control = text.charCodeAt(start + 1);
  if (char === "c" && control >= 0x40 && control < 0x80) {
    return { value: String.fromCharCode(control & 0x1f), end: start + 2 };
  }
  return { value: LETTERS[char] ?? char, end: start + 1 };
}

const NUMBER = /([0-7]{1,3})|x([0-9A-Fa-f]{1,2})/y;
