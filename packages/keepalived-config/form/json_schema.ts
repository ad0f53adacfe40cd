import { describeArgument } from "../manual/describe.ts";
import type { Argument, Keyword, Table } from "../schema/keyword.ts";
import { ROOT } from "../schema/root.ts";
import type { DataObject } from "./data.ts";
import { LINES_FIELD, nameFieldOf, ORDER_FIELD, takesList } from "./fields.ts";

/** The JSON Schema (2020-12) of configurations as plain data, from the keyword tables. */
export function jsonSchema(): DataObject {
  const blocks: Blocks = { names: new Map(), definitions: {} };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "keepalived configuration",
    description: "keepalived.conf as YAML or JSON: an object by keyword",
    ...ofFields(fieldsOf(ROOT, blocks), []),
    $defs: { ...COMMON, ...blocks.definitions },
  };
}

type Blocks = {
  readonly names: Map<Table, string>;
  /** The blocks met so far. */
  readonly definitions: Record<string, DataObject>;
};

/** What several keywords share. */
const COMMON: DataObject = {
  flag: {
    description: "The keyword stands alone",
    enum: [true, null],
  },
  boolean: { anyOf: [{ type: "boolean" }, { enum: ["on", "off", "true", "false", "yes", "no"] }] },
  line: { type: ["string", "number"] },
  lines: {
    anyOf: [{ $ref: "#/$defs/line" }, { type: "null" }, {
      type: "array",
      items: { $ref: "#/$defs/line" },
    }],
  },
  command: {
    description:
      "A command line, which no shell reads, or its arguments one by one; perhaps as a user and a group",
    anyOf: [{ type: ["string", "number"] }, {
      type: "object",
      properties: {
        command: {
          anyOf: [{ type: "string" }, {
            type: "array",
            items: { type: ["string", "number"] },
            minItems: 1,
          }],
        },
        user: { type: ["string", "number"] },
        group: { type: ["string", "number"] },
      },
      required: ["command"],
      additionalProperties: false,
    }],
  },
};

function ofFields(properties: DataObject, required: readonly string[]): DataObject {
  return {
    type: ["object", "null"],
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function fieldsOf(table: Table, blocks: Blocks): DataObject {
  const rows = table.kind === "keywords" ? table.keywords : [];
  const byName = new Map(rows.map((row) => [row.name, row]));
  const fields = rows.map((row) => {
    const present = byName.get(row.aliasOf ?? "") ?? row;
    return [row.name, ofKeyword(row, present, blocks)];
  });
  const lines = table.kind === "lines" || table.values === true
    ? { [LINES_FIELD]: { $ref: "#/$defs/lines" } }
    : {};
  const order = table === ROOT || rows.length === 0 ? {} : {
    [ORDER_FIELD]: {
      description: "The keywords one by one, where those of a kind do not stand together",
      type: "array",
      items: { type: "string" },
    },
  };
  return { ...Object.fromEntries(fields), ...lines, ...order };
}

function ofKeyword(row: Keyword, present: Keyword, blocks: Blocks): DataObject {
  const facts = present.default === undefined ? "" : ` (default: ${present.default})`;
  const one = ofStatement(present, blocks);
  const several = takesList(present)
    ? { type: "array", items: { anyOf: [{ type: "array" }, one] } }
    : { type: "array", items: one };
  return {
    description: `${row.help}${facts}`,
    ...(row.deprecated === undefined ? {} : { deprecated: true }),
    anyOf: [one, several],
  };
}

function ofStatement(keyword: Keyword, blocks: Blocks): DataObject {
  const { block, arguments: args } = keyword;
  if (block === undefined) return ofArguments(args);
  const nameField = nameFieldOf(keyword);
  if (block.kind === "lines" && nameField === undefined) return { $ref: "#/$defs/lines" };
  return { $ref: `#/$defs/${definitionOf(keyword, block, nameField, blocks)}` };
}

/** The name of a block's definition, which is made when the block is met first. */
function definitionOf(
  keyword: Keyword,
  block: Table,
  nameField: string | undefined,
  blocks: Blocks,
): string {
  const known = blocks.names.get(block);
  if (known !== undefined) return known;
  const taken = [...blocks.names.values()].filter((name) => name.split(".")[0] === keyword.name);
  const name = taken.length === 0 ? keyword.name : `${keyword.name}.${taken.length + 1}`;
  blocks.names.set(block, name);
  const own = nameField === undefined ? {} : { [nameField]: ofArguments(keyword.arguments) };
  const required = keyword.arguments[0]?.optional === true || nameField === undefined
    ? []
    : [nameField];
  blocks.definitions[name] = ofFields({ ...own, ...fieldsOf(block, blocks) }, required);
  return name;
}

function ofArguments(args: readonly Argument[]): DataObject {
  const [first, ...others] = args;
  if (first === undefined) return { $ref: "#/$defs/flag" };
  const single = ofArgument(first);
  const alone = first.optional === true ? [single, { enum: [true, null] }] : [single];
  if (others.length === 0) return alone.length === 1 ? single : { anyOf: alone };
  const list = {
    type: "array",
    maxItems: args.length,
    items: { anyOf: args.map(ofArgument) },
  };
  // A first argument that may be left out lets the second one stand alone.
  const firsts = args.slice(0, args.findIndex(({ optional }) => optional !== true) + 1 || 1);
  return { anyOf: [...firsts.map(ofArgument), ...alone.slice(1), list] };
}

function ofArgument(argument: Argument): DataObject {
  const description = describeArgument(argument);
  switch (argument.kind) {
    case "integer":
      return argument.clamp === true
        ? { description, type: "integer" }
        : { description, type: "integer", minimum: argument.min, maximum: argument.max };
    case "seconds": {
      const { min, max, decimals } = argument;
      return { description, type: decimals ? "number" : "integer", minimum: min, maximum: max };
    }
    case "boolean":
      return { $ref: "#/$defs/boolean" };
    case "choice":
      return argument.anyCase === true
        ? { description, type: "string" }
        : { description, enum: argument.of };
    case "command":
      return { $ref: "#/$defs/command" };
    case "address":
      return { description, type: "string" };
    case "word":
    case "rest":
      return { description, type: ["string", "number"] };
  }
}
