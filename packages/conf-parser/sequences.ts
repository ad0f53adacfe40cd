import type { Report } from "./diagnostic.ts";
import { expandLine, type Scope } from "./definitions.ts";
import { clip } from "./lex.ts";
import { type Line, restOf, sliceLine, spanOf } from "./line.ts";

/** A line that is read once for each row of values. */
export type Sequence = {
  readonly names: readonly string[];
  readonly rows: Iterable<readonly string[]>;
  readonly rest: Line;
};

/**
 * The repetition that a line begins with: `~SEQ(VAR, [START, [STEP,]] END)`, `~SEQx(…)` with hexadecimal values, or
 * `~LST(VAR, VALUE, …)`, `~LST({VAR, VAR}, {VALUE, VALUE}, …)`.
 *
 * @returns undefined if the line begins with none; null after a report if it is wrong
 */
export function sequenceOf(line: Line, scope: Scope, report: Report): Sequence | null | undefined {
  const head = /^\s*~(SEQx?|LST)\(/.exec(line.text);
  if (head === null) return undefined;
  const start = head[0].length;
  const end = line.text.indexOf(")", start);
  const inner = end < 0 ? "" : expandLine(sliceLine(line, start, end), scope, report).text;
  const read = head[1] === "LST"
    ? readList(inner)
    : readNumbers(inner, head[1] === "SEQx" ? 16 : 10);
  if (read !== undefined) return { ...read, rest: restOf(line, end + 1) };
  report({
    severity: "error",
    code: "invalid-sequence",
    message: `Invalid ~${head[1]} specification '${clip(line.text.trim())}'`,
    at: spanOf(line, start, end < 0 ? line.text.length : end),
    hint: head[1] === "LST" ? "write ~LST(VAR, VALUE, …)" : "write ~SEQ(VAR, START, STEP, END)",
  });
  return null;
}

type Rows = Pick<Sequence, "names" | "rows">;

const NAME = /^[A-Za-z0-9_]+$/;

function readNumbers(text: string, base: number): Rows | undefined {
  const [name = "", ...words] = text.split(",").map((word) => word.trim());
  const numbers = words.map(numberOf);
  const last = numbers.at(-1);
  const first = numbers.length > 1 ? numbers[0] : 1;
  if (!NAME.test(name) || numbers.length > 3 || last === undefined || first === undefined) {
    return undefined;
  }
  const step = numbers.length === 3 ? numbers[1] : first <= last ? 1 : -1;
  if (step === undefined || step === 0 || (last - first) * step < 0) return undefined;
  return { names: [name], rows: counted(first, step, last, base) };
}

function* counted(first: number, step: number, last: number, base: number): Generator<string[]> {
  for (let i = first; step > 0 ? i <= last : i >= last; i += step) yield [i.toString(base)];
}

/** A signed number in the notation of C: decimal, 0x… or 0… */
function numberOf(text: string): number | undefined {
  const match = /^([+-]?)(?:0[xX]([0-9A-Fa-f]+)|0([0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, octal, decimal] = match;
  const value = hex !== undefined
    ? parseInt(hex, 16)
    : octal !== undefined
    ? parseInt(octal || "0", 8)
    : Number(decimal);
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === "-" ? -value : value;
}

const ITEM = /\s*(?:\{([^{}"]*)\}|([^,{}"]*?))\s*(,|$)/y;

function readList(text: string): Rows | undefined {
  const items: string[][] = [];
  for (let i = 0, more = true; more;) {
    ITEM.lastIndex = i;
    const match = ITEM.exec(text);
    if (match === null) return undefined;
    items.push((match[1]?.split(",") ?? [match[2] ?? ""]).map((word) => word.trim()));
    more = match[3] === ",";
    i = ITEM.lastIndex;
  }
  const [names = [], ...rows] = items;
  if (rows.length === 0 || !names.every((name) => NAME.test(name))) return undefined;
  return { names, rows };
}
