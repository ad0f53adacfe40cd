import { describeDifference, difference } from "@keepalived/keepalived-config";
import { type Command, CONFIG_ID } from "./arguments.ts";
import { loadFile } from "./load_file.ts";
import { complainOf, hasError, statusWithout } from "./output.ts";
import { complain, print } from "../print.ts";
import { configStatus } from "./status.ts";

/** `keepalived config diff A B` */
export const DIFF: Command = {
  name: "config diff",
  operands: ["A", "B"],
  summary: "Says what a reload would do in a daemon that runs with A and is given B",
  options: [CONFIG_ID],
  notes:
    `Exit status: 0 nothing, 1 something, 3 one of them has errors, 64 wrong usage, 66 one of them cannot be read
`,
  run: async (given) => {
    const [fileA = "", fileB = ""] = given.operands;
    const reading = { configId: given.value("config-id"), machine: false };
    const a = await loadFile(fileA, reading);
    const b = await loadFile(fileB, reading);
    await complainOf(a);
    await complainOf(b);
    if (a.config === undefined) return statusWithout(a.diagnostics);
    if (b.config === undefined) return statusWithout(b.diagnostics);
    const lines = describeDifference(difference(a.config, b.config));
    if (lines.length === 0) await print("Nothing would change\n");
    else await print(lines.map((line) => `${line}\n`).join(""));
    if (hasError(b.diagnostics)) {
      await complain(`${fileB} has errors: the daemon would refuse the reload\n`);
    }
    if (hasError(a.diagnostics) || hasError(b.diagnostics)) return configStatus.error;
    return lines.length === 0 ? configStatus.ok : configStatus.different;
  },
};
