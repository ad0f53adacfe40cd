import type { Command } from "../../config/arguments.ts";
import { ExitError } from "../../exit_status.ts";
import { print } from "../../print.ts";
import type { StatusDocument } from "../document.ts";
import { explainText } from "../show/explain_text.ts";
import { clientStatus } from "./exit.ts";
import { CLIENT_NOTES, openDaemon, SOCKET_OPTIONS } from "./socket_option.ts";
import { paint } from "./status_command.ts";

/** `keepalived explain INSTANCE` */
export const EXPLAIN: Command = {
  name: "explain",
  operands: ["INSTANCE"],
  summary: "Says why an instance is MASTER, BACKUP or FAULT, and what would change that",
  options: SOCKET_OPTIONS,
  notes: CLIENT_NOTES,
  run: async (given) => {
    using daemon = await openDaemon(given);
    const { vrrp } = await daemon.ask<StatusDocument>("status");
    const [name = ""] = given.operands;
    if (vrrp === undefined) {
      throw new ExitError(
        clientStatus.refused,
        "The VRRP process does not run, or does not answer",
      );
    }
    const instance = vrrp.instances.find((it) => it.name === name);
    if (instance === undefined) {
      const names = vrrp.instances.map((it) => it.name).join(", ");
      throw new ExitError(clientStatus.refused, `There is no instance '${name}', but: ${names}`);
    }
    await print(explainText(instance, vrrp, paint()));
    return clientStatus.ok;
  },
};
