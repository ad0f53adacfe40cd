import { stringify as write } from "yaml";

/** How text is laid out. */
export type StringifyOptions = {
  /** Columns of one level; default 2. */
  readonly indent?: number;
  /** Longest line before a text is folded; -1: none is. Default 80. */
  readonly lineWidth?: number;
};

/** A value as a YAML document. @throws {TypeError} for what YAML cannot say, such as a function */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  const { indent = 2, lineWidth = 80 } = options;
  const text = write(data, { indent, lineWidth: lineWidth < 0 ? 0 : lineWidth });
  if (text === undefined) throw new TypeError("Cannot stringify what YAML has no form for");
  return text;
}
