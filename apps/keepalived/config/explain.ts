import { explain } from "@keepalived/keepalived-config";
import type { Command } from "./arguments.ts";
import { complain, print } from "../print.ts";
import { configStatus } from "./status.ts";

/** `keepalived config explain KEYWORD` */
export const EXPLAIN: Command = {
  name: "config explain",
  operands: ["KEYWORD"],
  summary: "Says where a keyword may stand, what it takes, its default, and what it does",
  options: [],
  notes:
    `KEYWORD may have blocks before it, as in vrrp_instance/priority; it may be the code of a finding too.

Exit status: 0 explained, 3 not known, 64 wrong usage
`,
  run: async ({ operands: [query = ""] }) => {
    const explanation = explain(query);
    if (explanation.found) {
      await print(explanation.text);
      return configStatus.ok;
    }
    const { nearest } = explanation;
    const hint = nearest === undefined ? "" : `: did you mean '${nearest}'?`;
    await complain(`keepalived: no keyword '${query}'${hint}\n`);
    return configStatus.error;
  },
};
