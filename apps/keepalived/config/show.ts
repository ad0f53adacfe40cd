import { formOfStatements, printStatements, showConfig } from "@keepalived/keepalived-config";
import { type Command, CONFIG_ID, OUTPUT } from "./arguments.ts";
import { languageWanted, printData, TO } from "./forms.ts";
import { loadFile } from "./load_file.ts";
import { complainOf, hasError, printTo, statusWithout } from "./output.ts";
import { configStatus } from "./status.ts";

/** `keepalived config show FILE` */
export const SHOW: Command = {
  name: "config show",
  operands: ["FILE"],
  summary:
    "Prints the effective configuration: every keyword with the value in force, defaults included",
  options: [
    TO,
    OUTPUT,
    CONFIG_ID,
    { name: "secrets", help: "Print passwords too, which are masked otherwise" },
  ],
  notes: `What FILE has wrong is reported, and left out as the daemon does it.

Exit status: 0 printed, 3 FILE has errors, 64 wrong usage, 66 FILE cannot be read, 73 the output cannot be written
`,
  run: async (given) => {
    const configId = given.value("config-id");
    const loaded = await loadFile(given.operands[0] ?? "", { configId, machine: false });
    await complainOf(loaded);
    if (loaded.config === undefined) return statusWithout(loaded.diagnostics);
    const statements = showConfig(loaded.config, {
      secrets: given.has("secrets") ? "shown" : "redacted",
    });
    const output = given.value("output");
    const language = languageWanted(given.value("to"), output) ?? "conf";
    const text = language === "conf"
      ? printStatements(statements)
      : await printData(formOfStatements(statements).data ?? {}, language);
    await printTo(output, text);
    return hasError(loaded.diagnostics) ? configStatus.error : configStatus.ok;
  },
};
