import type { Diagnostic, Span } from "./diagnostic.ts";

/** The texts that were read, by file name. */
export type Sources = ReadonlyMap<string, string>;

/** Columns of a source line that are shown; a longer line is cut around the caret. */
const WIDTH = 120;

/**
 * A printer of diagnostics in the form of compilers: place and message, the source line, a caret line, a hint.
 *
 * ```text
 * keepalived.conf:3:12: error[out-of-range]: number '300' outside range [1, 255]
 *     priority 300
 *              ^^^
 *     hint: …
 * ```
 *
 * Each file is indexed once, so printing many diagnostics stays linear. Without the text of the file, the first line
 * and the hint are printed alone.
 */
export function diagnosticPrinter(sources: Sources): (diagnostic: Diagnostic) => string {
  const starts = new Map<string, readonly number[]>();
  const lineOf = (at: Span): string | undefined => {
    const text = sources.get(at.file);
    if (text === undefined) return undefined;
    const index = starts.get(at.file) ?? lineStarts(text);
    starts.set(at.file, index);
    const start = index[at.line - 1];
    if (start === undefined) return undefined;
    return text.slice(start, (index[at.line] ?? text.length + 1) - 1).replace(/\r$/, "");
  };
  return (diagnostic) => {
    const { at, severity, code, message, hint } = diagnostic;
    const lines = [
      `${at.file}:${at.line}:${at.column}: ${severity}[${code}]: ${printable(message)}`,
    ];
    const source = lineOf(at);
    if (source !== undefined) lines.push(...excerpt(source, at));
    if (hint !== undefined) lines.push(`    hint: ${printable(hint)}`);
    return lines.join("\n");
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The source line and the caret line under it; tabs are kept in both, so that they stay aligned. */
function excerpt(source: string, at: Span): string[] {
  const column = Math.min(at.column - 1, source.length);
  const from = column + at.length <= WIDTH ? 0 : Math.max(0, column - 20);
  const shown = source.slice(from, from + WIDTH);
  const [left, right] = [from > 0 ? "…" : "", from + WIDTH < source.length ? "…" : ""];
  const padding = left.replace("…", " ") +
    source.slice(from, column).replace(/[^\t]/g, " ");
  const carets = Math.max(1, Math.min(at.length, shown.length - (column - from)));
  return [`    ${left}${printable(shown)}${right}`, `    ${padding}${"^".repeat(carets)}`];
}

/** Control characters other than the tab as `?`, so that a hostile file cannot drive the terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, "?");
}
