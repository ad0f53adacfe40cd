import type { Command } from "../../config/arguments.ts";
import { ExitError } from "../../exit_status.ts";
import { print } from "../../print.ts";
import { clientStatus } from "./exit.ts";
import { CLIENT_NOTES, openDaemon, SOCKET_OPTIONS } from "./socket_option.ts";

/** `keepalived maintenance [on|off]` */
export const MAINTENANCE: Command = {
  name: "maintenance",
  operands: ["[on|off]"],
  summary:
    "Has this machine give everything away and stay away, until told otherwise or the daemon is restarted",
  options: SOCKET_OPTIONS,
  notes: CLIENT_NOTES,
  run: async (given) => {
    const [word] = given.operands;
    if (word !== undefined && word !== "on" && word !== "off") {
      throw new ExitError(clientStatus.usage, `maintenance: neither on nor off: '${word}'`);
    }
    using daemon = await openDaemon(given);
    const { maintenance } = await daemon.ask<{ readonly maintenance: boolean }>(
      "maintenance",
      word === undefined ? {} : { on: word === "on" },
    );
    await print(`Maintenance is ${maintenance ? "on" : "off"}\n`);
    return clientStatus.ok;
  },
};
