import { clip } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import { commandOf, has, last, numberOf, textOf } from "../body.ts";
import { type Checked, type CheckerReader, ONE_SECOND, times } from "./checked.ts";
import { inherit } from "./inheritance.ts";
import type { CheckerConfig } from "../model_checker.ts";
import { readConnection } from "./connection.ts";
import { readHttp } from "./http.ts";
import { readDns, readSmtp, readUdp } from "./probes.ts";

const READERS: Readonly<Record<string, CheckerReader>> = {
  TCP_CHECK: plain("tcp"),
  PING_CHECK: plain("ping"),
  UDP_CHECK: readUdp,
  DNS_CHECK: readDns,
  SMTP_CHECK: readSmtp,
  HTTP_GET: readHttp,
  SSL_GET: readHttp,
  MISC_CHECK: readMisc,
  FILE_CHECK: readFile,
  BFD_CHECK: readBfd,
};

/** The checkers of a `real_server` in the order of the file; those that cannot work are reported and left out. */
export function readCheckers(server: Checked, order: readonly Statement[]): CheckerConfig[] {
  const checkers: CheckerConfig[] = [];
  for (const statement of order) {
    const reader = Object.hasOwn(READERS, statement.name) ? READERS[statement.name] : undefined;
    for (const checker of reader?.(statement, server) ?? []) {
      const twice = checker.kind === "bfd" &&
        checkers.some((one) => one.kind === "bfd" && one.session === checker.session);
      if (!twice) checkers.push(checker);
      else {
        const message = `(${server.name}) BFD_CHECK - RS already monitoring ${checker.session}`;
        const at = statement.words[0].at;
        server.report({ severity: "warning", code: "duplicate", message, at });
      }
    }
  }
  return checkers;
}

function plain(kind: "tcp" | "ping"): CheckerReader {
  return (statement, server) => {
    const connection = readConnection(statement, server, server.report);
    if (connection === undefined) return [];
    return [{ kind, ...times(statement, server, ONE_SECOND), connection }];
  };
}

function readMisc(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body, words } = statement;
  const command = commandOf(body, "misc_path");
  if (command === undefined) {
    if (body.dropped.has("misc_path")) return [];
    const message = "No script path has been specified for MISC_CHECKER - skipping";
    const hint = 'add misc_path "COMMAND ARGUMENTS"';
    server.report({ severity: "error", code: "missing-value", message, at: words[0].at, hint });
    return [];
  }
  const user = textOf(body, "user");
  const group = textOf(body, "user", 1);
  return [{
    kind: "misc",
    ...times(statement, server, { retry: 0, delayBeforeRetryUs: 1_000_000 }),
    command: {
      argv: command.argv,
      ...(user === undefined ? {} : { user }),
      ...(group === undefined ? {} : { group }),
    },
    timeoutUs: numberOf(body, "misc_timeout") || server.service.delayLoopUs,
    dynamic: has(body, "misc_dynamic"),
  }];
}

function readFile(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body, words } = statement;
  const trackFile = textOf(body, "track_file");
  const file = server.files.get(trackFile ?? "");
  if (trackFile === undefined || file === undefined) {
    if (body.dropped.has("track_file")) return [];
    const word = last(body, "track_file")?.words[1];
    const code = trackFile === undefined ? "missing-value" : "unknown-name";
    const message = trackFile === undefined
      ? "FILE_CHECK has no track_file specified - ignoring"
      : `track_file ${clip(trackFile)} not found`;
    server.report({ severity: "error", code, message, at: word?.at ?? words[0].at });
    return [];
  }
  const own = last(body, "weight");
  return [{
    kind: "file",
    trackFile,
    weight: numberOf(body, "weight") ?? file.weight,
    reverse: own === undefined ? file.reverse : own.values[1] === "reverse",
    alpha: server.inherited.alpha,
  }];
}

function readBfd(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body, words } = statement;
  const session = textOf(body, "name");
  if (session === undefined) {
    if (body.dropped.has("name")) return [];
    const message = `(${server.name}) No name has been specified for BFD_CHECKER - skipping`;
    const hint = "add name BFD-INSTANCE";
    server.report({ severity: "error", code: "missing-value", message, at: words[0].at, hint });
    return [];
  }
  if (!server.sessions.has(session)) {
    const message = `(${server.name}) BFD_CHECK - BFD ${clip(session)} not configured`;
    const at = last(body, "name")?.words[1]?.at ?? words[0].at;
    server.report({ severity: "error", code: "unknown-name", message, at });
    return [];
  }
  return [{ kind: "bfd", session, alpha: inherit(body, server.inherited).alpha }];
}
