import type { OperatorState } from "../../names.ts";

/** Colours for a terminal, or none. */
export type Paint = (colour: Colour, text: string) => string;

export type Colour = "good" | "quiet" | "warning" | "bad" | "head";

const codes: Readonly<Record<Colour, string>> = {
  good: "32",
  quiet: "2",
  warning: "33",
  bad: "1;31",
  head: "1",
};

/** For a terminal. */
export const inColour: Paint = (colour, text) =>
  text === "" ? "" : `\x1b[${codes[colour]}m${text}\x1b[0m`;

/** For everything else. */
export const plain: Paint = (_, text) => text;

/** The colour of a state. */
export const stateColours: Readonly<Record<OperatorState, Colour>> = {
  MASTER: "good",
  BACKUP: "head",
  INIT: "warning",
  FAULT: "bad",
};
