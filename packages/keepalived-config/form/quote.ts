/** A word as it stands in a file: in double quotes if it would be read differently without. */
export function quoteWord(text: string): string {
  return /^[^\s"{}#!]+$/.test(text) && !text.endsWith("\\") ? text : `"${text}"`;
}

/** What no quotes can make part of a word. */
export function unprintable(text: string): string | undefined {
  if (text.includes('"')) return "a double quote";
  if (text.includes("\n")) return "a line break";
  return text.includes("\0") ? "a NUL byte" : undefined;
}

/**
 * The text of a line, as the parser hands it out, as it stands in a file.
 *
 * A first word that would be a condition, a repetition, a definition or an include is quoted. Outside double quotes `#` and `!` need a backslash. Behind a backslash, which would vanish, they are written as the
 * predefined names. A backslash at the end is one that joins nothing: an empty line follows.
 */
export function printLine(text: string): string {
  const special = /^(?:[@~$]\S*|include[a-z]?(?=\s|$))/.exec(text)?.[0];
  if (special !== undefined && !special.includes('"')) {
    return printLine(`"${special}"${text.slice(special.length)}`);
  }
  if (!/[#!]|\\$/.test(text)) return text;
  let printed = "";
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char !== "#" && char !== "!") printed += char;
    else if (printed.endsWith("\\")) printed += char === "#" ? "${_HASH}" : "${_BANG}";
    else printed += quoted ? char : `\\${char}`;
  }
  return text.endsWith("\\") ? `${printed}\\\n` : printed;
}
