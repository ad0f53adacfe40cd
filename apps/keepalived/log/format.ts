import process from "node:process";
import { type Entry, severities } from "./entry.ts";

/** How lines look on standard error and in files. */
export type LogFormat = "text" | "json";

/** A line for standard error or a file, with its end. */
export function lineOf(entry: Entry, format: LogFormat, ident: string): string {
  const { at, severity, text } = entry;
  if (format === "text") return `${consoleTime(at)}: ${text}\n`;
  const { pid } = process;
  const fields = { time: at.toISOString(), level: severity, ident, pid, message: text };
  return `${JSON.stringify(fields)}\n`;
}

/** A line for syslog (RFC 3164). @param facility its number */
export function syslogLineOf(entry: Entry, facility: number, ident: string): string {
  const { at, severity, text } = entry;
  const priority = facility * 8 + severities[severity];
  return `<${priority}>${syslogTime(at)} ${ident}[${process.pid}]: ${text}`;
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Sat Nov 21 10:49:27 2026`, as ctime(3). */
export function consoleTime(at: Date): string {
  return `${days[at.getDay()]} ${syslogTime(at)} ${at.getFullYear()}`;
}

/** `Nov 21 10:49:27` (RFC 3164). */
function syslogTime(at: Date): string {
  const pad = (value: number, fill: string) => String(value).padStart(2, fill);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part, "0"));
  return `${months[at.getMonth()]} ${pad(at.getDate(), " ")} ${time.join(":")}`;
}
