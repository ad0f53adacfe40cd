import process from "node:process";
import type { Command } from "../../config/arguments.ts";
import { print } from "../../print.ts";
import type { StatusDocument } from "../document.ts";
import { inColour, type Paint, plain } from "../show/paint.ts";
import { statusText } from "../show/status_text.ts";
import type { DaemonClient } from "./daemon_client.ts";
import { clientStatus } from "./exit.ts";
import { CLIENT_NOTES, openDaemon, SOCKET_OPTIONS } from "./socket_option.ts";

const watchEachMs = 1000;
const clearScreen = "\x1b[H\x1b[2J\x1b[3J";

/** `keepalived status` */
export const STATUS: Command = {
  name: "status",
  operands: [],
  summary: "Shows how the running daemon is doing: who is MASTER, since when, and what is wrong",
  options: [
    { name: "json", help: "Everything that is known, as JSON (docs/status.schema.json)" },
    { name: "watch", short: "w", help: "Show it anew each second, until interrupted" },
    ...SOCKET_OPTIONS,
  ],
  notes: CLIENT_NOTES,
  run: async (given) => {
    using daemon = await openDaemon(given);
    if (given.has("json")) {
      await print(`${JSON.stringify(await daemon.ask("status"), null, 2)}\n`);
    } else if (given.has("watch")) {
      await watch(daemon);
    } else {
      await print(await textOf(daemon));
    }
    return clientStatus.ok;
  },
};

async function textOf(daemon: DaemonClient): Promise<string> {
  return statusText(await daemon.ask<StatusDocument>("status", { detail: "summary" }), paint());
}

/** Until the reader goes, or the daemon. */
async function watch(daemon: DaemonClient): Promise<never> {
  const onScreen = process.stdout.isTTY === true;
  for (;;) {
    const text = await textOf(daemon);
    await print(onScreen ? `${clearScreen}${text}` : text);
    await new Promise((resolve) => setTimeout(resolve, watchEachMs));
  }
}

/** Colours on a terminal only, and not where nobody wants them (no-color.org). */
export function paint(): Paint {
  const wanted = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  return wanted ? inColour : plain;
}
