import { clip, type Report, type Word } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import { type Checked, times } from "./checked.ts";
import { defined, flagOf, has, last, numberOf, textOf } from "../body.ts";
import type { CheckerConfig, HttpChecker, HttpUrl, Regex } from "../model_checker.ts";
import { readConnection } from "./connection.ts";
import { translateRegex } from "./pcre.ts";
import { readRequest } from "./http_request.ts";
import { REGEX_OPTIONS } from "../schema/http_checkers.ts";

/** `HTTP_GET` or `SSL_GET`; nothing after a report if it asks for nothing. */
export function readHttp(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body, words, name } = statement;
  const connection = readConnection(statement, server, server.report);
  if (connection === undefined) return [];
  const urls = (body.statements.get("url") ?? []).map((url) => readUrl(url, statement, server));
  if (urls.length === 0) {
    if (body.dropped.has("url")) return [];
    const message = "HTTP/SSL_GET checker has no urls specified - ignoring";
    const hint = "add url { path / }";
    server.report({ severity: "error", code: "missing-block", message, at: words[0].at, hint });
    return [];
  }
  const version = textOf(body, "http_protocol") ?? "1.0";
  const checker: HttpChecker = {
    kind: "http",
    ...times(statement, server, { retry: 1, delayBeforeRetryUs: 3_000_000 }),
    connection,
    tls: name === "SSL_GET",
    verify: flagOf(body, "verify_certificate") ?? false,
    version: version === "1.1" ? "1.1" : version === "1.0" ? "1.0" : "1.0C",
    fastRecovery: flagOf(body, "fast_recovery") ?? false,
    urls,
  };
  return [checker];
}

function readUrl({ body }: Statement, checker: Statement, server: Checked): HttpUrl {
  const { report } = server;
  const own = textOf(body, "virtualhost") ?? textOf(checker.body, "virtualhost");
  const tls = checker.name === "SSL_GET";
  // What the real server says is not sent as server name, only what is nearer or what the virtual server says.
  const indicated = flagOf(checker.body, "enable_sni") === true
    ? own ?? server.service.virtualHost
    : undefined;
  return {
    path: textOf(body, "path") ?? "/",
    ...readRequest(body, report),
    closeNotify: flagOf(body, "tls_compliant") ?? flagOf(checker.body, "tls_compliant") ?? false,
    statusCodes: readStatusCodes(body.statements.get("status_code") ?? [], report),
    ...defined<Required<Pick<HttpUrl, "host" | "serverName" | "digest" | "regex">>>({
      host: own ?? server.inherited.virtualHost,
      serverName: tls ? textOf(checker.body, "sni_name") ?? indicated : undefined,
      digest: readDigest(body.statements.get("digest") ?? [], report),
      regex: readRegex(body, report),
    }),
  };
}

/** The first digest holds. */
function readDigest(statements: readonly Statement[], report: Report): string | undefined {
  let digest: string | undefined;
  for (const { words: [, word] } of statements) {
    if (word === undefined) continue;
    const { text, at } = word;
    const wrong = text.search(/[^0-9a-f]/i);
    if (text.length !== 32) {
      const message = `digest '${clip(text)}' character length should be 32 rather than ` +
        `${text.length}`;
      report({ severity: "error", code: "invalid-value", message, at });
    } else if (wrong >= 0) {
      const start = wrong - wrong % 2;
      const message = `Unable to interpret hex digit in '${text.slice(start, start + 2)}'` +
        ` at offset ${start}/${start + 1}`;
      report({ severity: "error", code: "invalid-value", message, at });
    } else if (digest !== undefined) {
      const message = `Digest '${text}' is a duplicate`;
      report({ severity: "warning", code: "duplicate", message, at });
    } else digest = text.toLowerCase();
  }
  return digest;
}

/** The codes of all statements; 200–299 without any. */
function readStatusCodes(
  statements: readonly Statement[],
  report: Report,
): readonly (readonly [number, number])[] {
  const ranges = statements.flatMap(({ words }) => words.slice(1))
    .flatMap((word) => readStatusRange(word, report) ?? []);
  return ranges.length > 0 ? ranges : [[200, 299]];
}

function readStatusRange({ text, at }: Word, report: Report): [[number, number]] | undefined {
  const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(text);
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (low >= 100 && high <= 999 && low <= high) return [[low, high]];
  const message = `Invalid HTTP_GET status code '${clip(text)}'`;
  const code = match === null ? "invalid-number" : "out-of-range";
  const hint = "write CODE or LOW-HIGH, from 100 to 999";
  report({ severity: "error", code, message, at, hint });
  return undefined;
}

function readRegex(body: Statement["body"], report: Report): Regex | undefined {
  const pattern = textOf(body, "regex");
  const options = readRegexOptions(body.statements.get("regex_options") ?? [], report);
  const minOffset = numberOf(body, "regex_min_offset") ?? 0;
  let maxOffset = numberOf(body, "regex_max_offset");
  const stack = last(body, "regex_stack");
  const [startBytes, maxBytes] = [stack?.values[0], stack?.values[1]].map(Number);
  if (maxOffset !== undefined && minOffset > maxOffset) {
    const message = `regex min offset ${minOffset} > regex_max_offset ${maxOffset} - ignoring`;
    const at = last(body, "regex_max_offset")?.words[0].at;
    if (at !== undefined) report({ severity: "warning", code: "contradiction", message, at });
    maxOffset = undefined;
  }
  if (pattern === undefined) return undefined;
  const translated = translateRegex(pattern, options);
  if (!translated.ok) {
    const message = `regex '${clip(pattern)}' cannot be used: ${translated.problem} - ignoring`;
    const at = last(body, "regex")?.words[1]?.at;
    if (at !== undefined) report({ severity: "error", code: "invalid-value", message, at });
    return undefined;
  }
  return {
    pattern,
    negated: has(body, "regex_no_match"),
    options,
    minOffset,
    ...(maxOffset === undefined ? {} : { maxOffset }),
    ...(startBytes === undefined || maxBytes === undefined || stack === undefined
      ? {}
      : { stack: { startBytes, maxBytes } }),
  };
}

function readRegexOptions(statements: readonly Statement[], report: Report): readonly string[] {
  const known = new Set(REGEX_OPTIONS);
  const words = statements.flatMap(({ words }) => words.slice(1));
  for (const { text, at } of words) {
    if (known.has(text)) continue;
    const message = `Unknown regex option ${clip(text)} - ignoring`;
    report({ severity: "error", code: "unknown-option", message, at });
  }
  return words.map(({ text }) => text).filter((text) => known.has(text));
}
