import { constants } from "node:os";
import { SIGRTMAX, SIGRTMIN } from "@keepalived/linux";

const { SIGHUP, SIGTERM, SIGUSR1, SIGUSR2 } = constants.signals;

/** What to send the parent process for what, by the names of `--signum`. */
export const signalNumbers: Readonly<Record<string, number>> = {
  STOP: SIGTERM,
  RELOAD: SIGHUP,
  DATA: SIGUSR1,
  STATS: SIGUSR2,
  STATS_CLEAR: SIGRTMAX - 1,
  JSON: SIGRTMIN + 2,
};
