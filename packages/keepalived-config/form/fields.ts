import type { Keyword } from "../schema/keyword.ts";

/** The fields for the arguments of a block that are not its name. */
const NAME_FIELDS: Readonly<Record<string, string>> = {
  virtual_server: "service",
  real_server: "address",
};

/** The field of a block's data that its own arguments stand in; undefined if it has none. */
export function nameFieldOf({ name, block, arguments: args }: Keyword): string | undefined {
  return block === undefined || args.length === 0 ? undefined : NAME_FIELDS[name] ?? "name";
}

/** The field for lines that begin with no keyword, in a block that has keywords too. */
export const LINES_FIELD = "lines";

/** The field that names the keywords of a block one by one, where those of a kind do not stand together. */
export const ORDER_FIELD = "order";

/** Whether one statement of the keyword can be a list, of its arguments or of lines. */
export function takesList({ block, arguments: args }: Keyword): boolean {
  return block === undefined ? args.length > 1 : block.kind === "lines" && args.length === 0;
}
