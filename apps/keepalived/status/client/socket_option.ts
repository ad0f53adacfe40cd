import type { Given, Option } from "../../config/arguments.ts";
import { DaemonClient } from "./daemon_client.ts";
import { onlySocket } from "./found_sockets.ts";
import { socketBeside } from "./socket_path.ts";

/** How all commands find the daemon. */
export const SOCKET_OPTIONS: readonly Option[] = [
  {
    name: "socket",
    value: "PATH",
    help: "Control socket of the daemon (default: /run/keepalived/control.sock, or the only one)",
  },
  {
    name: "namespace",
    short: "s",
    value: "NAME",
    help: "The daemon that runs in this network namespace",
  },
  {
    name: "pid",
    short: "p",
    value: "FILE",
    help: "Pid file of the daemon, beside which its socket is",
  },
];

/** What they say about their ends. */
export const CLIENT_NOTES =
  "Exit status: 0 done, 1 refused, 64 wrong usage, 69 no daemon answers, 77 not allowed\n";

/** The daemon that the command line means. @throws ExitError if it does not answer */
export function openDaemon(given: Given): Promise<DaemonClient> {
  const pidFile = given.value("pid");
  const beside = pidFile === undefined ? undefined : socketBeside(pidFile);
  return DaemonClient.open(given.value("socket") ?? beside ?? onlySocket(given.value("namespace")));
}
