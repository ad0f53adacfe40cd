import type { Command } from "../../config/arguments.ts";
import type { ServerName } from "../../control.ts";
import { ExitError } from "../../exit_status.ts";
import { print } from "../../print.ts";
import { clientStatus } from "./exit.ts";
import { CLIENT_NOTES, openDaemon, SOCKET_OPTIONS } from "./socket_option.ts";

const done: Readonly<Record<string, string>> = {
  drain: "drained: it gets no new connections",
  disable: "disabled: it is taken out of the kernel",
  enable: "enabled",
};

/** `keepalived server drain|disable|enable|weight SERVER [WEIGHT]` */
export const SERVER: Command = {
  name: "server",
  operands: ["drain|disable|enable|weight", "SERVER", "[WEIGHT]"],
  summary:
    "Takes a real server out of service and back in, or gives it another weight, until told otherwise or the daemon is restarted",
  options: [
    {
      name: "virtual-server",
      short: "V",
      value: "NAME",
      help: "Only behind this virtual server: its address, address:port, group or name in the log",
    },
    ...SOCKET_OPTIONS,
  ],
  notes: `SERVER is an address, address:port, or the name in the log.
  drain    weight 0: what is connected stays
  disable  not in the kernel: connections end
  enable   in service again
  weight   WEIGHT in place of the configured one; without WEIGHT the configured one again

${CLIENT_NOTES}`,
  run: async (given) => {
    const [action = "", server = "", weight] = given.operands;
    if (action !== "weight" && done[action] === undefined) {
      throw new ExitError(clientStatus.usage, `server: no action '${action}'`);
    }
    if (weight !== undefined && (action !== "weight" || !/^\d+$/.test(weight))) {
      throw new ExitError(clientStatus.usage, `server: unexpected argument '${weight}'`);
    }
    const virtualServer = given.value("virtual-server");
    using daemon = await openDaemon(given);
    const { servers } = await daemon.ask<{ readonly servers: readonly ServerName[] }>("server", {
      action,
      server,
      ...(virtualServer === undefined ? {} : { virtualServer }),
      ...(weight === undefined ? {} : { weight: Number(weight) }),
    });
    const what = done[action] ??
      (weight === undefined ? "weight as configured" : `weight ${weight}`);
    await print(servers.map((it) => `${it.server} of ${it.virtualServer}: ${what}\n`).join(""));
    return clientStatus.ok;
  },
};
