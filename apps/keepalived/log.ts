import process from "node:process";
import { writeConsole } from "./console.ts";
import { ExitError } from "./exit_status.ts";
import { AF_UNIX, SOCK_DGRAM, Socket } from "@keepalived/linux";

/** Severity, from worst to least; the numbers are those of syslog. */
const severities = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export type Severity = keyof typeof severities;

/** Writes one line for operators. */
export type Log = (severity: Severity, text: string) => void;

export type LogOptions = {
  /** Name in syslog: `Keepalived`, `Keepalived_vrrp`. */
  readonly ident: string;
  /** Whether to write to standard error. */
  readonly console: boolean;
  /** Whether to write to syslog. */
  readonly syslog: boolean;
};

const FACILITY_DAEMON = 3;

/**
 * Opens the log.
 *
 * Where syslog is asked for and there is none, standard error takes its place, so that no line is lost unseen.
 */
export function openLog(options: LogOptions): Log {
  const socket = options.syslog ? connectSyslog() : undefined;
  const console = options.console || (options.syslog && socket === undefined);
  return (severity, text) => {
    const now = new Date();
    if (console) writeConsole(`${consoleTime(now)}: ${text}\n`);
    if (socket !== undefined) {
      const priority = FACILITY_DAEMON * 8 + severities[severity];
      const line = `<${priority}>${syslogTime(now)} ${options.ident}[${process.pid}]: ${text}`;
      sendSyslog(socket, line, console);
    }
  };
}

/**
 * Runs the work of a role; the sentence with which it ends, if it ends so, goes to the log as well.
 *
 * @param console whether the log writes to standard error
 */
export async function withEndLogged<T>(
  log: Log,
  console: () => boolean,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExitError) {
      log("error", error.message);
      error.told = console();
    }
    throw error;
  }
}

function connectSyslog(): Socket | undefined {
  const socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0, "the syslog socket");
  try {
    socket.connect({ family: "unix", path: "/dev/log" });
    return socket;
  } catch {
    // No syslog daemon runs here: the caller writes to standard error instead.
    socket[Symbol.dispose]();
    return undefined;
  }
}

/** A line that syslog does not take, because its daemon is gone or busy, goes to standard error. */
function sendSyslog(socket: Socket, line: string, console: boolean): void {
  try {
    if (socket.send(new TextEncoder().encode(line)) !== undefined) return;
  } catch {
    // Said below, on the other channel.
  }
  if (!console) writeConsole(`${line}\n`);
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Sat Nov 21 10:49:27 2026`, as ctime(3). */
export function consoleTime(now: Date): string {
  return `${days[now.getDay()]} ${syslogTime(now)} ${now.getFullYear()}`;
}

/** `Nov 21 10:49:27` (RFC 3164). */
function syslogTime(now: Date): string {
  const pad = (value: number, fill: string) => String(value).padStart(2, fill);
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => pad(part, "0"));
  return `${months[now.getMonth()]} ${pad(now.getDate(), " ")} ${time.join(":")}`;
}
