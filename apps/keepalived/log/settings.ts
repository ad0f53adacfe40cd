import type { LogOptions } from "../log.ts";
import type { Options } from "../options.ts";
import { withSuffix } from "../run_names.ts";
import type { LogFormat } from "./format.ts";

/** What the command line says of the logs of all processes; JSON data. */
export type LogSettings = {
  readonly console: boolean;
  readonly syslog: boolean;
  /** Number of the facility. */
  readonly facility: number;
  readonly format: LogFormat;
  readonly file?: { readonly path: string; readonly flush: boolean };
  /** What is added to names, `_NAMESPACE_INSTANCE`. */
  readonly suffix: string;
};

const defaultFile = "/tmp/keepalived.log";

const LOG_USER = 1;
const LOG_DAEMON = 3;
const LOG_LOCAL0 = 16;

/** The settings of a command line. What cannot be meant is as if it was not given, as with the C daemon. */
export function logSettingsOf(options: Options, suffix: string): LogSettings {
  const flush = options.count("flushLog") > 0;
  return {
    console: options.count("console") > 0,
    syslog: options.count("noSyslog") === 0,
    facility: facilityOf(options.value("facility")) ?? LOG_DAEMON,
    format: options.value("logFormat") === "json" ? "json" : "text",
    ...(options.count("logFile") > 0
      ? { file: { path: options.value("logFile") ?? defaultFile, flush } }
      : {}),
    suffix,
  };
}

/** One sentence for each word that cannot be meant. */
export function logComplaints(options: Options): readonly string[] {
  const facility = options.value("facility");
  const format = options.value("logFormat");
  return [
    ...(facility !== undefined && facilityOf(facility) === undefined
      ? [`Invalid log facility '${facility}'`]
      : []),
    ...(format !== undefined && format !== "json" && format !== "text"
      ? [`Invalid log format '${format}': text or json`]
      : []),
  ];
}

/** How a process opens its log. @param process what its file name ends in, `_vrrp` */
export function logOptionsOf(
  { suffix, file, ...rest }: LogSettings,
  ident: string,
  process = "",
): LogOptions {
  return {
    ...rest,
    ident: `${ident}${suffix}`,
    ...(file === undefined
      ? {}
      : { file: { ...file, path: withSuffix(file.path, `${process}${suffix}`) } }),
  };
}

function facilityOf(word: string | undefined): number | undefined {
  if (word === "user") return LOG_USER;
  if (word === "daemon") return LOG_DAEMON;
  const local = /^(?:local)?([0-7])$/.exec(word ?? "")?.[1];
  return local === undefined ? undefined : LOG_LOCAL0 + Number(local);
}
