/**
 * The part of `@std/cli/parse-args` that this project uses, over `node:util`.
 *
 * The real package lives on JSR; where JSR is reachable, deno.json's import map can point there and this goes away.
 *
 * @module
 */

import { parseArgs as parse } from "node:util";

/** Which flags are booleans, which take text, which may repeat, and their short names. */
export type ParseOptions = {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
  readonly unknown?: (arg: string) => void;
  readonly stopEarly?: boolean;
};

/** Flags by name; `_` holds what is no flag. */
export type Args = { readonly _: readonly (string | number)[] } & {
  readonly [flag: string]: string | boolean | readonly (string | number)[] | undefined;
};

/** Reads flags like `--name`, `--name=value`, `--name value` and `-n`. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const { tokens } = parse({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: declared(options),
  });
  const result: Record<string, unknown> = {};
  const rest: string[] = [];
  for (const name of options.boolean ?? []) result[name] = false;
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const name = options.alias?.[token.name] ?? token.name;
    if (options.boolean?.includes(name)) result[name] = true;
    else if (options.string?.includes(name)) put(result, name, token.value ?? "", options);
    else options.unknown?.(token.rawName);
  }
  return { ...result, _: rest } as Args;
}

function put(
  result: Record<string, unknown>,
  name: string,
  value: string,
  options: ParseOptions,
): void {
  if (!options.collect?.includes(name)) result[name] = value;
  else result[name] = [...(result[name] as string[] | undefined ?? []), value];
}

function declared(
  options: ParseOptions,
): Record<string, { type: "boolean" | "string"; multiple: true }> {
  const result: Record<string, { type: "boolean" | "string"; multiple: true }> = {};
  const all = [
    ...(options.boolean ?? []).map((name) => [name, "boolean"] as const),
    ...(options.string ?? []).map((name) => [name, "string"] as const),
  ];
  for (const [name, type] of all) {
    result[name] = { type, multiple: true };
    for (const [alias, target] of Object.entries(options.alias ?? {})) {
      if (target === name) result[alias] = { type, multiple: true };
    }
  }
  return result;
}
