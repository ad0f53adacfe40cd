import { jsonSchema } from "@keepalived/keepalived-config";
import { type Command, OUTPUT } from "./arguments.ts";
import { printTo } from "./output.ts";
import { configStatus } from "./status.ts";

/** `keepalived config schema` */
export const SCHEMA: Command = {
  name: "config schema",
  operands: [],
  summary: "Prints the JSON Schema (2020-12) of YAML and JSON configurations",
  options: [OUTPUT],
  notes: `Editors check and complete a configuration with it: in YAML, let its first line be
  # yaml-language-server: $schema=FILE

Exit status: 0 written, 64 wrong usage, 73 the output cannot be written
`,
  run: async (given) => {
    await printTo(given.value("output"), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
    return configStatus.ok;
  },
};
