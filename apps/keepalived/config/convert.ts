import { ExitError } from "../exit_status.ts";
import { type Command, CONFIG_ID, OUTPUT } from "./arguments.ts";
import { languageWanted, printData, TO } from "./forms.ts";
import { readFileForm } from "./load_file.ts";
import { complainOf, hasError, printTo, statusWithout } from "./output.ts";
import { configStatus } from "./status.ts";

/** `keepalived config convert FILE` */
export const CONVERT: Command = {
  name: "config convert",
  operands: ["FILE"],
  summary: "Writes a configuration in another language, with the same meaning",
  options: [TO, OUTPUT, CONFIG_ID],
  notes:
    `Without --to the name of the output file tells the language: .yaml, .yml and .json, else keepalived.conf.
Includes are read, definitions replaced, @ID lines decided; comments and layout are not kept. With an error in FILE
nothing is written.

Exit status: 0 written, 3 FILE has errors, 64 wrong usage, 66 FILE cannot be read, 73 the output cannot be written
`,
  run: async (given) => {
    const output = given.value("output");
    const language = languageWanted(given.value("to"), output);
    if (language === undefined) {
      throw new ExitError(configStatus.usage, "config convert: give --to or --output");
    }
    const configId = given.value("config-id");
    const form = await readFileForm(given.operands[0] ?? "", { configId, machine: false });
    await complainOf(form);
    if (form.data === undefined) return statusWithout(form.diagnostics);
    if (hasError(form.diagnostics)) return configStatus.error;
    await printTo(output, await printData(form.data, language));
    return configStatus.ok;
  },
};
