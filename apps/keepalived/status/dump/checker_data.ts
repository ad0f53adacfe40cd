import type { CheckerConfig, Connection, HttpUrl } from "@keepalived/keepalived-config";
import type { CheckerSnapshot } from "../snapshot/check_snapshot.ts";
import type { CheckDump } from "./lvs_data.ts";
import { commandWords, head, pointOfTime, type WhoRuns, yesNo } from "./words.ts";

/** The section `Health checkers`. */
export function checkerData({ config, check, who }: CheckDump): readonly string[] {
  return [
    head("Health checkers"),
    ...config.virtualServers.flatMap((virtualServer) => {
      const now = check.virtualServers.find(({ name }) => name === virtualServer.name);
      return virtualServer.realServers.flatMap((server, i) =>
        server.checkers.flatMap((checker, j) => {
          const its = now?.servers[i]?.checkers[j];
          if (its === undefined) return [];
          return [
            ` ${virtualServer.name} -> ${server.name}`,
            ...linesOf(checker, its, who).map((line) => `   ${line}`),
          ];
        })
      );
    }),
  ];
}

function linesOf(it: CheckerConfig, now: CheckerSnapshot, who: WhoRuns): readonly string[] {
  return [
    `Enabled = ${yesNo(now.nextAt !== undefined || now.runningSince !== undefined)}`,
    `Up = ${yesNo(now.up)}`,
    `Has run = ${yesNo(now.attempts > 0)}`,
    ...scheduleOf(it),
    ...("connection" in it ? connectionOf(it.connection) : []),
    `Keepalive method = ${now.keyword}${it.kind === "http" ? `, http protocol ${it.version}` : ""}`,
    ...detailsOf(it, who),
    ...(now.checkedAt === undefined ? [] : [`Last ran = ${pointOfTime(now.checkedAt)}`]),
    ...(now.lastFailure === undefined ? [] : [`Last failure = ${now.lastFailure}`]),
  ];
}

function scheduleOf(it: CheckerConfig): readonly string[] {
  if (!("delayLoopUs" in it)) return [`Alpha = ${yesNo(it.alpha)}`];
  return [
    `Alpha = ${yesNo(it.alpha)}`,
    `Delay loop = ${it.delayLoopUs} us`,
    `Warmup = ${it.warmupUs} us`,
    `Retries = ${it.retry}`,
    `Delay before retry = ${it.delayBeforeRetryUs} us`,
    `Log all failures = ${yesNo(it.logAllFailures)}`,
  ];
}

function connectionOf(it: Connection): readonly string[] {
  return [
    "Connection",
    `  Dest = ${endpoint(it.address, it.port)}`,
    ...(it.interface === undefined ? [] : [`  Bind i/f = ${it.interface}`]),
    ...(it.sourceAddress === undefined
      ? []
      : [`  Bind to = ${endpoint(it.sourceAddress, it.sourcePort ?? 0)}`]),
    ...(it.mark === 0 ? [] : [`  Mark = ${it.mark}`]),
    `  Timeout = ${(it.timeoutUs / 1_000_000).toFixed(6)}`,
  ];
}

function endpoint(address: string, port: number): string {
  return `[${address}]:${port}`;
}

function detailsOf(it: CheckerConfig, who: WhoRuns): readonly string[] {
  switch (it.kind) {
    case "http":
      return [
        `Fast recovery ${it.fastRecovery ? "set" : "unset"}`,
        ...it.urls.flatMap(urlLines),
      ];
    case "misc": {
      const identity = who(it.command);
      return [
        `script = ${commandWords(it.command.argv)}`,
        `timeout = ${it.timeoutUs / 1_000_000}`,
        `dynamic = ${it.dynamic ? "YES" : "NO"}`,
        ...(identity === undefined ? [] : [`uid:gid = ${identity.uid}:${identity.gid}`]),
      ];
    }
    case "smtp":
      return [`helo = ${it.heloName}`];
    case "dns":
      return [`Type = ${it.recordType}`, `Name = ${it.name}`];
    case "udp": {
      const { payload, reply } = it;
      return [
        `Payload specified = ${yesNo(payload !== undefined)}`,
        `Require reply = ${yesNo(reply !== undefined)}`,
        ...(reply === undefined ? [] : [
          `  Min reply length = ${reply.minLength}`,
          `  Max reply length = ${reply.maxLength}`,
          `  Reply data len = ${reply.data.length / 2}`,
        ]),
      ];
    }
    case "file":
      return [`  Tracked file = ${it.trackFile}`];
    case "bfd":
      return [`  BFD = ${it.session}`];
    case "tcp":
    case "ping":
      return [];
  }
}

function urlLines(url: HttpUrl): readonly string[] {
  return [
    `Checked url = ${url.path}`,
    ...(url.digest === undefined ? [] : [`  digest = ${url.digest}`]),
    "  HTTP Status Code(s)",
    ...url.statusCodes.map(([from, to]) => `    ${from === to ? from : `${from}-${to}`}`),
    ...(url.host === undefined ? [] : [`  Virtual host = ${url.host}`]),
    ...(url.regex === undefined ? [] : [`  Regex = "${url.regex.pattern}"`]),
  ];
}
