import { ControlError } from "./protocol.ts";

/** The parameters of a request. */
export type Params = Readonly<Record<string, unknown>>;

/** A field that nobody knows is more likely a mistake than meant to have no effect. */
export function allow(params: Params, names: readonly string[]): void {
  const unknown = Object.keys(params).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ControlError("bad-params", `There is no parameter '${unknown}'`);
  }
}

/** True, false, or absent. @throws ControlError */
export function flagOf(params: Params, name: string): boolean | undefined {
  const value = params[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw new ControlError("bad-params", `${name} is neither true nor false`);
}

/** One of a few words, or absent. @throws ControlError */
export function choiceOf<Choice extends string>(
  params: Params,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ControlError("bad-params", `${name} is none of ${choices.join(", ")}`);
}

/** A text that is not empty, or absent. @throws ControlError */
export function textOf(params: Params, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new ControlError("bad-params", `${name} is no text`);
}
