import { type DataObject, printForm } from "@keepalived/keepalived-config";
import type { Option } from "./arguments.ts";
import { type Language, languageOf } from "./load_file.ts";

/** `--to`: the language of the output. */
export const TO: Option = {
  name: "to",
  value: "LANGUAGE",
  of: ["conf", "yaml", "json"],
  help: "Language of the output",
};

/** The language that was asked for, or else that of the output file. */
export function languageWanted(
  to: string | undefined,
  output: string | undefined,
): Language | undefined {
  if (to !== undefined) return to as Language;
  return output === undefined || output === "-" ? undefined : languageOf(output);
}

/** Plain data as text. The library for YAML is loaded only if it is needed. */
export async function printData(data: DataObject, language: Language): Promise<string> {
  switch (language) {
    case "conf":
      return printForm(data);
    case "json":
      return `${JSON.stringify(data, null, 2)}\n`;
    case "yaml":
      return (await import("@std/yaml")).stringify(data, { lineWidth: -1 });
  }
}
