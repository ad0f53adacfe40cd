import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckerConfig, loadConfig } from "../mod.ts";

/** Checkers of one real server, with lines in the virtual server and in the real server. */
function read(checkers: string, vs = "", rs = "", more = "") {
  const text =
    `${more}\nvirtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n` +
    `${vs}\nreal_server 10.1.0.1 81 {\n${rs}\n${checkers}\n}\n}\n`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const found = config?.virtualServers[0]?.realServers[0]?.checkers ?? [];
  return { checkers: found, said: diagnostics.map(({ message }) => message) };
}

const SCHEDULE = {
  delayLoopUs: 60_000_000,
  retry: 1,
  rise: 1,
  delayBeforeRetryUs: 1_000_000,
  warmupUs: 60_000_000,
  alpha: false,
  logAllFailures: false,
};
const CONNECTION = { address: "10.1.0.1", port: 81, mark: 0, timeoutUs: 5_000_000 };

const MORE = "track_file t {\nfile /tmp/t\nweight 3 reverse\n}\n" +
  "bfd_instance b {\nneighbor_ip 10.0.0.2\n}\n";

/** A block, and the checker with its defaults. */
const defaults: readonly (readonly [string, CheckerConfig])[] = [
  ["TCP_CHECK {\n}", { kind: "tcp", ...SCHEDULE, connection: CONNECTION }],
  ["PING_CHECK {\n}", { kind: "ping", ...SCHEDULE, connection: CONNECTION }],
  ["UDP_CHECK {\n}", { kind: "udp", ...SCHEDULE, connection: CONNECTION }],
  ["SMTP_CHECK {\n}", {
    kind: "smtp",
    ...SCHEDULE,
    connection: CONNECTION,
    heloName: "smtpchecker.keepalived.org",
  }],
  ["DNS_CHECK {\n}", {
    kind: "dns",
    ...SCHEDULE,
    retry: 3,
    delayBeforeRetryUs: 60_000_000,
    connection: CONNECTION,
    recordType: "SOA",
    name: ".",
  }],
  ["HTTP_GET {\nurl {\n}\n}", {
    kind: "http",
    ...SCHEDULE,
    delayBeforeRetryUs: 3_000_000,
    connection: CONNECTION,
    tls: false,
    verify: false,
    version: "1.0",
    fastRecovery: false,
    urls: [{
      method: "GET",
      path: "/",
      headers: [],
      closeNotify: false,
      statusCodes: [[200, 299]],
    }],
  }],
  ["MISC_CHECK {\nmisc_path /bin/true\n}", {
    kind: "misc",
    ...SCHEDULE,
    retry: 0,
    command: { argv: ["/bin/true"] },
    timeoutUs: 60_000_000,
    dynamic: false,
  }],
  ["FILE_CHECK {\ntrack_file t\n}", {
    kind: "file",
    trackFile: "t",
    weight: 3,
    reverse: true,
    alpha: false,
  }],
  ["BFD_CHECK {\nname b\n}", { kind: "bfd", session: "b", alpha: false }],
];

for (const [block, checker] of defaults) {
  test(`${block.split(" ")[0]} has its defaults`, () => {
    assert.deepEqual(read(block, "", "", MORE), { checkers: [checker], said: [] });
  });
}

const SAYS =
  "retry 7\nrise 4\ndelay_before_retry 0.5\nwarmup 0\ndelay_loop 9\nconnect_timeout 2.5\nalpha\n";

test("a checker inherits from its server, and that from the virtual server", () => {
  const inherited = {
    ...SCHEDULE,
    retry: 7,
    rise: 4,
    delayBeforeRetryUs: 500_000,
    warmupUs: 0,
    delayLoopUs: 9_000_000,
    alpha: true,
  };
  const connection = { ...CONNECTION, timeoutUs: 2_500_000 };
  const [fromService] = read("TCP_CHECK {\n}", SAYS).checkers;
  assert.deepEqual(fromService, { kind: "tcp", ...inherited, connection });
  const [fromServer] = read("TCP_CHECK {\n}", "retry 2\ndelay_loop 3", SAYS).checkers;
  assert.deepEqual(fromServer, { kind: "tcp", ...inherited, connection });
  const [own] = read(`TCP_CHECK {\n${SAYS}}`, "retry 2", "delay_loop 3").checkers;
  assert.deepEqual(own, { kind: "tcp", ...inherited, connection });
  const [against] = read("TCP_CHECK {\nalpha off\nretry 0\n}", SAYS).checkers;
  assert.deepEqual(against, { kind: "tcp", ...inherited, alpha: false, retry: 0, connection });
});

test("the pause of DNS_CHECK and the warm-up follow the time between two checks", () => {
  const [checker] = read("DNS_CHECK {\n}", "delay_loop 7").checkers;
  assert.ok(checker?.kind === "dns");
  assert.equal(checker.delayBeforeRetryUs, 7_000_000);
  assert.equal(checker.warmupUs, 7_000_000);
});

test("MISC_CHECK may take as long as the virtual server waits between checks", () => {
  const block = (line: string) => `MISC_CHECK {\nmisc_path /bin/true\ndelay_loop 3\n${line}\n}`;
  const timeout = (line: string) => {
    const [checker] = read(block(line), "delay_loop 7").checkers;
    return checker?.kind === "misc" ? checker.timeoutUs : undefined;
  };
  assert.equal(timeout(""), 7_000_000);
  assert.equal(timeout("misc_timeout 0"), 7_000_000);
  assert.equal(timeout("misc_timeout 2"), 2_000_000);
});

test("MISC_CHECK runs as the user of its own line", () => {
  const { checkers: [checker], said } = read(
    "MISC_CHECK {\nuser daemon adm\nmisc_path \"/bin/check a 'b c'\"\nmisc_dynamic\n}",
  );
  assert.deepEqual(said, []);
  assert.ok(checker?.kind === "misc" && checker.dynamic);
  assert.deepEqual(checker.command, {
    argv: ["/bin/check", "a", "b c"],
    user: "daemon",
    group: "adm",
  });
});

test("a connection is what its keywords say", () => {
  const { checkers: [checker], said } = read(
    "TCP_CHECK {\nbindto fd00::2\nconnect_ip fe80::1\nconnect_port 5\nbind_port 6\nbind_if eth0\nfwmark 7\n}",
  );
  assert.deepEqual(said, []);
  assert.ok(checker?.kind === "tcp");
  assert.deepEqual(checker.connection, {
    address: "fe80::1",
    port: 5,
    sourceAddress: "fd00::2",
    sourcePort: 6,
    interface: "eth0",
    mark: 7,
    timeoutUs: 5_000_000,
  });
});

/** A block, how many checkers are left of it, and what is said. */
const faults: readonly (readonly [string, number, readonly string[]])[] = [
  ["TCP_CHECK {\nbindto fd00::2\n}", 1, [
    "bindto address fd00::2 does not match address family of connect_ip - skipping",
  ]],
  ["TCP_CHECK {\nconnect_ip fe80::1\n}", 0, [
    "Checker link local address fe80::1 requires a bind_if",
  ]],
  ["HTTP_GET {\n}", 0, ["HTTP/SSL_GET checker has no urls specified - ignoring"]],
  ["MISC_CHECK {\n}", 0, ["No script path has been specified for MISC_CHECKER - skipping"]],
  ["MISC_CHECK {\nmisc_path\n}", 0, [
    "No script path has been specified for MISC_CHECKER - skipping",
  ]],
  ["FILE_CHECK {\n}", 0, ["FILE_CHECK has no track_file specified - ignoring"]],
  ["FILE_CHECK {\ntrack_file x\n}", 0, ["track_file x not found"]],
  ["BFD_CHECK {\n}", 0, [
    "([10.1.0.1]:tcp:81) No name has been specified for BFD_CHECKER - skipping",
  ]],
  ["BFD_CHECK {\nname x\n}", 0, ["([10.1.0.1]:tcp:81) BFD_CHECK - BFD x not configured"]],
  ["BFD_CHECK {\nname b\n}\nBFD_CHECK {\nname b\n}", 1, [
    "([10.1.0.1]:tcp:81) BFD_CHECK - RS already monitoring b",
  ]],
  ["UDP_CHECK {\nrequire_reply\nmin_reply_length 20\nmax_reply_length 10\n}", 1, [
    "UDP_CHECK min_reply length 20 > max_reply_length 10 - will always fail",
  ]],
  ["UDP_CHECK {\npayload 0g\n}", 1, ["Invalid hex string for UDP_CHECK payload"]],
  ["UDP_CHECK {\nrequire_reply Y\n}", 1, ["Invalid hex string for UDP_CHECK reply"]],
  ["UDP_CHECK {\npayload\n}", 1, ["UDP_CHECK payload requires a payload"]],
  ["DNS_CHECK {\nname a..b\n}", 1, ["DNS_CHECK name 'a..b' has empty label - ignoring"]],
  [`DNS_CHECK {\nname ${"a".repeat(64)}.b\n}`, 1, [
    `DNS_CHECK name '${"a".repeat(64)}.b' has a label of more than 63 bytes - ignoring`,
  ]],
  [`DNS_CHECK {\nname ${"ü".repeat(32)}.b\n}`, 1, [
    `DNS_CHECK name '${"ü".repeat(32)}.b' has a label of more than 63 bytes - ignoring`,
  ]],
  ["HTTP_GET {\nurl {\nstatus_code 300-200 99 200\n}\n}", 1, [
    "Invalid HTTP_GET status code '300-200'",
    "Invalid HTTP_GET status code '99'",
  ]],
  ["HTTP_GET {\nurl {\ndigest 12\n}\n}", 1, [
    "digest '12' character length should be 32 rather than 2",
  ]],
  [`HTTP_GET {\nurl {\ndigest 00x${"0".repeat(29)}\n}\n}`, 1, [
    "Unable to interpret hex digit in 'x0' at offset 2/3",
  ]],
  [`HTTP_GET {\nurl {\ndigest ${"0".repeat(32)}\ndigest ${"1".repeat(32)}\n}\n}`, 1, [
    `Digest '${"1".repeat(32)}' is a duplicate`,
  ]],
  ["HTTP_GET {\nurl {\nregex a b\n}\n}", 1, ["(10.1.0.1) regex missing or too many fields"]],
  ["HTTP_GET {\nurl {\nregex a\nregex_min_offset 5\nregex_max_offset 3\n}\n}", 1, [
    "regex min offset 5 > regex_max_offset 3 - ignoring",
  ]],
  ["HTTP_GET {\nurl {\nregex a\nregex_options caseless foo\n}\n}", 1, [
    "Unknown regex option foo - ignoring",
  ]],
  ["HTTP_GET {\nurl {\nregex a++\n}\n}", 1, [
    "regex 'a++' cannot be used: a possessive quantifier: ++ - ignoring",
  ]],
  ["HTTP_GET {\nurl {\nmethod GET/x\n}\n}", 1, ["method 'GET/x' is no word"]],
  ['HTTP_GET {\nurl {\nheader "a b: c"\nheader :x\nheader x\nheader "A: b\\r\\nC: d"\n}\n}', 1, [
    "header 'a b: c' is not NAME: VALUE - ignoring",
    "header ':x' is not NAME: VALUE - ignoring",
    "header 'x' is not NAME: VALUE - ignoring",
    "header 'A: b\r\nC: d' is not NAME: VALUE - ignoring",
  ]],
  ["HTTP_GET {\nurl {\nbody_json a b\n}\n}", 1, ["body_json 'a' is no JSON pointer - ignoring"]],
  ["HTTP_GET {\nurl {\nbody_json /~2 b\n}\n}", 1, [
    "body_json '/~2' is no JSON pointer - ignoring",
  ]],
];

for (const [block, count, messages] of faults) {
  test(`${block.replaceAll("\n", " ")} is told`, () => {
    const { checkers, said } = read(block, "", "", MORE);
    assert.equal(checkers.length, count);
    assert.deepEqual(said, messages.map((message) => message.replace(/'(a{59})a+\.b'/, "'$1…'")));
  });
}

test("hexadecimal words may have any length, and X is any digit", () => {
  const { checkers: [checker], said } = read(
    "UDP_CHECK {\npayload Ab12f 3 0x456 546443123\nrequire_reply aXb X\nmin_reply_length 1\n}",
  );
  assert.deepEqual(said, []);
  assert.ok(checker?.kind === "udp");
  assert.equal(checker.payload, "ab120f034506" + "5464431203");
  assert.deepEqual(checker.reply, { minLength: 1, maxLength: 255, data: "a00b00", mask: "f0fff0" });
});

test("a reply of any content may be required", () => {
  const [checker] = read("UDP_CHECK {\nrequire_reply\n}").checkers;
  assert.ok(checker?.kind === "udp");
  assert.deepEqual(checker.reply, { minLength: 0, maxLength: 255, data: "", mask: "" });
});

test("each deprecated host of SMTP_CHECK is a checker, beside what the block says itself", () => {
  const { checkers } = read(
    "SMTP_CHECK {\nhelo_name h\nretry 5\nhost {\nconnect_ip 10.1.0.8\n}\nhost {\nconnect_ip 10.1.0.9\nretry 8\n}\n}",
  );
  const shown = checkers.map((one) =>
    one.kind === "smtp" && [one.connection.address, one.retry, one.heloName]
  );
  assert.deepEqual(shown, [["10.1.0.8", 5, "h"], ["10.1.0.9", 8, "h"]]);
  const both = read("SMTP_CHECK {\nconnect_port 5\nhost {\n}\n}").checkers;
  assert.deepEqual(both.map((one) => one.kind === "smtp" && one.connection.port), [5, 81]);
});

/** Lines in the virtual server, the server, the checker and the url; then Host header and TLS server name. */
const hosts: readonly (readonly [
  string,
  string,
  string,
  string,
  string | undefined,
  string | undefined,
])[] = [
  ["", "", "", "", undefined, undefined],
  ["virtualhost v", "", "", "", "v", undefined],
  ["virtualhost v", "virtualhost r", "", "", "r", undefined],
  ["virtualhost v", "virtualhost r", "virtualhost c", "", "c", undefined],
  ["virtualhost v", "virtualhost r", "virtualhost c", "virtualhost u", "u", undefined],
  ["virtualhost v", "", "enable_sni", "", "v", "v"],
  // The server's own name is not shown.
  ["virtualhost v", "virtualhost r", "enable_sni", "", "r", "v"],
  ["", "virtualhost r", "enable_sni", "", "r", undefined],
  ["virtualhost v", "", "enable_sni\nvirtualhost c", "virtualhost u", "u", "u"],
  ["virtualhost v", "", "enable_sni\nsni_name s", "", "v", "s"],
  ["virtualhost v", "", "sni_name s", "", "v", "s"],
];

for (const [vs, rs, checker, url, host, name] of hosts) {
  test(`names with [${vs}] [${rs}] [${checker}] [${url}]`, () => {
    const block = (kind: string) => `${kind} {\n${checker}\nurl {\n${url}\n}\n}`;
    for (const [kind, serverName] of [["SSL_GET", name], ["HTTP_GET", undefined]] as const) {
      const [found] = read(block(kind), vs, rs).checkers;
      assert.ok(found?.kind === "http");
      assert.equal(found.urls[0]?.host, host);
      assert.equal(found.urls[0]?.serverName, serverName);
    }
  });
}

test("a url is what its keywords say", () => {
  const { checkers: [checker], said } = read(
    `SSL_GET {
http_protocol 1.0c
fast_recovery
tls_compliant
url {
path "/a b"
digest 640205B7B0FC66C1EA91C463FAC6334D
status_code 200 301-303
status_code 404
regex "a\\\\d 'b'"
regex_no_match
regex_options caseless dotall
regex_min_offset 5
regex_max_offset 9
regex_stack 100 200
}
url {
path /second
tls_compliant off
}
}`,
  );
  assert.deepEqual(said, []);
  assert.ok(checker?.kind === "http" && checker.tls && checker.fastRecovery);
  assert.equal(checker.version, "1.0C");
  assert.deepEqual(checker.urls, [{
    method: "GET",
    path: "/a b",
    headers: [],
    closeNotify: true,
    statusCodes: [[200, 200], [301, 303], [404, 404]],
    digest: "640205b7b0fc66c1ea91c463fac6334d",
    regex: {
      pattern: "a\\d 'b'",
      negated: true,
      options: ["caseless", "dotall"],
      minOffset: 5,
      maxOffset: 9,
      stack: { startBytes: 100, maxBytes: 200 },
    },
  }, {
    method: "GET",
    path: "/second",
    headers: [],
    closeNotify: false,
    statusCodes: [[200, 299]],
  }]);
});

test("a url may say more of the request and of the answer than the C daemon knows", () => {
  const { checkers: [checker], said } = read(
    `SSL_GET {
verify_certificate
url {
method POST
header "Content-Type: application/json"
header 'X-Token:  a:b'
body "{\\"ask\\": \\"health\\"}"
body_contains "all \\"good\\""
body_json /status/0 'really up'
}
}`,
  );
  assert.deepEqual(said, []);
  assert.ok(checker?.kind === "http" && checker.verify);
  assert.deepEqual(checker.urls, [{
    method: "POST",
    path: "/",
    headers: [["Content-Type", "application/json"], ["X-Token", "a:b"]],
    closeNotify: false,
    statusCodes: [[200, 299]],
    body: '{"ask": "health"}',
    text: 'all "good"',
    json: { pointer: "/status/0", value: "really up" },
  }]);
});
