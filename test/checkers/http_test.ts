import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Arena } from "./arena.ts";
import { type Accepted, Peer } from "./peer.ts";
import { Folder, nginx } from "./servers.ts";

const md5 = (text: string | Uint8Array) => createHash("md5").update(text).digest("hex");

/** A url, what nginx is asked so, and why it fails. */
const asked: readonly (readonly [string, string])[] = [
  ["path /page", ""],
  [`path /page\ndigest ${md5("hello, world\n")}`, ""],
  [
    `path /page\ndigest ${"0".repeat(32)}`,
    `digest: digest of the body is ${md5("hello, world\n")}`,
  ],
  ["path /missing", "status: status code 404"],
  ["path /missing\nstatus_code 404 500-599", ""],
  ["path /page\nstatus_code 300-399", "status: status code 200"],
  ['path /page\nregex "^hello.*world$"', ""],
  ['path /page\nregex "HELLO"', "regex: regular expression is not in the body"],
  ['path /page\nregex "HELLO"\nregex_options caseless', ""],
  ['path /page\nregex "hello"\nregex_no_match', "regex: regular expression is in the body"],
  ['path /page\nregex "o"\nregex_min_offset 5\nregex_max_offset 8', ""],
  ['path /page\nregex "h"\nregex_min_offset 1', "regex: regular expression is not in the body"],
  ['path /page\nregex "w"\nregex_max_offset 6', "regex: regular expression is not in the body"],
  ['path /page\nregex "x"\nregex_min_offset 99', "regex: regular expression is not in the body"],
  ["path /vhost\nvirtualhost here.example\nbody_contains here.example", ""],
  ["path /vhost\nbody_contains 127.0.0.1:PORT", ""],
  ["path /moved", "status: status code 301"],
  ["path /empty", ""],
  ["path /empty\nstatus_code 200", "status: status code 204"],
  ['path /echo\nmethod POST\nbody a=1\nheader "X-Test: yes"\nbody_contains "POST yes"', ""],
  ["path /page\nmethod HEAD", ""],
  ["path /page\nmethod DELETE", "status: status code 405"],
  ['path /json\nbody_json /db/up true\nheader "Accept: application/json"', ""],
  ["path /json\nbody_json /db/up false", "body: '/db/up' in the JSON of the body is 'true'"],
  ["path /page\nbody_json /db/up false", "body: body is no JSON"],
  ["path /page\nbody_contains nope", "body: text that is wanted is not in the body"],
  [`path /large\ndigest ${md5(new Uint8Array(3_000_000).fill(97))}`, ""],
];

test("HTTP_GET: what nginx is asked, in all versions", async (context) => {
  using folder = new Folder();
  folder.write("page", "hello, world\n");
  folder.write("large", new Uint8Array(3_000_000).fill(97));
  await using server = await nginx(
    folder,
    "root FOLDER;\n" +
      "location = /vhost {\nreturn 200 $http_host;\n}\n" +
      "location = /moved {\nreturn 301 http://elsewhere.example/;\n}\n" +
      "location = /empty {\nreturn 204;\n}\n" +
      'location = /json {\nreturn 200 \'{"db": {"up": true}}\';\n}\n' +
      'location = /echo {\nreturn 200 "$request_method $http_x_test";\n}\n',
  );
  await using arena = new Arena();
  for (const version of ["1.0", "1.0C", "1.1"]) {
    for (const [url, expected] of asked) {
      const lines = url.replace("PORT", String(server.port));
      const block = `HTTP_GET {\nconnect_port ${server.port}\nhttp_protocol ${version}\n` +
        `url {\n${lines}\n}\n}`;
      assert.equal(await arena.failure(block), expected, `${version} ${url}`);
    }
  }
  context.diagnostic(`${asked.length} urls`);
});

/** What a peer says to a request, piece by piece; what it does then; and what that is to HTTP_GET. */
const nasty: readonly (readonly [string, readonly string[], "close" | "reset" | "wait", string])[] =
  [
    ["garbage", ["SSH-2.0-OpenSSH_9.2\r\n"], "wait", "malformed: answer is not HTTP"],
    ["binary garbage", ["\x00\xff\x16\x03\x01"], "wait", "malformed: answer is not HTTP"],
    ["no status code", ["HTTP/1.1 OK\r\n\r\n"], "wait", "malformed: answer has no status code"],
    ["nothing", [], "close", "closed: connection closed before an answer"],
    [
      "half a head",
      ["HTTP/1.1 200 OK\r\nA: b"],
      "close",
      "closed: connection closed before an answer",
    ],
    ["silence", [], "wait", "timeout: no answer within 300 ms"],
    ["half a head, and silence", ["HTTP/1.1 20"], "wait", "timeout: no answer within 300 ms"],
    [
      "half a body, and silence",
      ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"],
      "wait",
      "timeout: no end of the answer within 300 ms",
    ],
    ["a reset before all", [], "reset", "reset: connection reset by the peer"],
    [
      "a reset in the body",
      ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"],
      "reset",
      "reset: connection reset by the peer",
    ],
    // keepalived only remarks on it.
    ["less than it says", ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"], "close", ""],
    [
      "more than it says",
      ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"],
      "wait",
      "",
    ],
    [
      "a connection that stays open",
      ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
      "wait",
      "",
    ],
    ["no length", ["HTTP/1.0 200 OK\r\n\r\nhel", "lo"], "close", ""],
    [
      "no length, and silence",
      ["HTTP/1.0 200 OK\r\n\r\nhello"],
      "wait",
      "timeout: no end of the answer within 300 ms",
    ],
    [
      "lines without a carriage return",
      ["HTTP/1.0 200 OK\nContent-Length: 5\n\nhello"],
      "wait",
      "",
    ],
    ["a head byte by byte", [..."HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"], "wait", ""],
    [
      "a preliminary answer",
      ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
      "wait",
      "",
    ],
    [
      "chunks",
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nA: b\r\n\r\n"],
      "wait",
      "",
    ],
    [
      "chunks without an end",
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
      "close",
      "closed: connection closed before the end of the answer",
    ],
    [
      "a chunk too long",
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n"],
      "wait",
      "malformed: chunk of another size than it says",
    ],
    [
      "a chunk of nonsense",
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
      "wait",
      "malformed: chunk without a size",
    ],
    [
      "a size without an end",
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "1".repeat(3000)],
      "wait",
      "malformed: chunk without a size",
    ],
    [
      "a head without an end",
      ["HTTP/1.1 200 OK\r\nA: " + "b".repeat(70_000)],
      "wait",
      "too-long: head of more than 65536 bytes",
    ],
    [
      "a bad status, and no body",
      ["HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n"],
      "wait",
      "status: status code 500",
    ],
  ];

for (const [name, pieces, then, expected] of nasty) {
  test(`HTTP_GET: ${name}`, async () => {
    await using arena = new Arena();
    using peer = new Peer(arena.reactor, (it) => void answer(it, pieces, then));
    const wants = expected === "" ? `regex "^hello$"` : "";
    const block = `HTTP_GET {\nconnect_port ${peer.port}\nconnect_timeout 0.3\n` +
      `url {\nstatus_code 200\n${wants}\n}\n}`;
    assert.equal(await arena.failure(block), expected);
  });
}

const slow = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";

test("HTTP_GET: a peer that sends a byte now and then has ten times the time", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (opened) return;
    it.send(slow);
    const drip = () => {
      if (it.isEnded || it.send("x") === 0) return;
      arena.reactor.at(arena.reactor.nowUs() + 30_000, drip);
    };
    drip();
  });
  const block = `HTTP_GET {\nconnect_port ${peer.port}\nconnect_timeout 0.08\nurl {\n}\n}`;
  const { ending, ms } = await arena.attempt(block);
  assert.ok(!ending.ok);
  assert.deepEqual(ending.failure, {
    code: "endless",
    text: "answer has no end within 800 ms",
  });
  assert.ok(ms >= 800 && ms < 1500, `${ms} ms`);
});

test("HTTP_GET: a peer that sends and sends", async () => {
  await using arena = new Arena();
  const flood = new Uint8Array(65_536).fill(97);
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (opened) return;
    it.send("HTTP/1.1 200 OK\r\n\r\n");
    const pour = () => {
      for (let i = 0; i < 16; i++) it.send(flood);
      if (!it.isEnded) arena.reactor.post(pour);
    };
    pour();
  });
  const block = `HTTP_GET {\nconnect_port ${peer.port}\nurl {\nbody_contains b\n}\n}`;
  assert.equal(await arena.failure(block), "too-long: body of more than 4194304 bytes");
  const counted = `HTTP_GET {\nconnect_port ${peer.port}\nconnect_timeout 0.05\nurl {\n}\n}`;
  assert.equal(await arena.failure(counted), "endless: answer has no end within 500 ms");
});

test("HTTP_GET: a digest is of the bytes as they came, or of what chunks hold", async () => {
  await using arena = new Arena();
  const chunks = "5\r\nhello\r\n0\r\n\r\n";
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (!opened) it.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
  });
  // genhash of keepalived 2.2.7 prints the first of the two.
  for (const digest of [md5(chunks), md5("hello")]) {
    const block = `HTTP_GET {\nconnect_port ${peer.port}\nurl {\ndigest ${digest}\n}\n}`;
    assert.equal(await arena.failure(block), "");
  }
  const other = `HTTP_GET {\nconnect_port ${peer.port}\nurl {\ndigest ${md5("x")}\n}\n}`;
  assert.match(await arena.failure(other), /^digest: /);
});

test("HTTP_GET: each attempt asks for the url that it is told", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (!opened) it.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const block = `HTTP_GET {\nconnect_port ${peer.port}\nvirtualhost all.example\n` +
    "url {\npath /one\n}\nurl {\npath /two?x=y\nvirtualhost two.example\n}\n}";
  for (const part of [0, 1]) assert.ok((await arena.attempt(block, "", part)).ending.ok);
  assert.deepEqual(peer.connections.map(({ received }) => received), [
    "GET /one HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: all.example\r\n\r\n",
    "GET /two?x=y HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: two.example\r\n\r\n",
  ]);
  const { ending } = await arena.attempt(block, "", 2);
  assert.ok(!ending.ok && ending.failure.code === "local");
});

/** Says all that it has to say as soon as the request is there, each piece in a turn of its own. */
async function answer(
  it: Accepted,
  pieces: readonly string[],
  then: "close" | "reset" | "wait",
): Promise<void> {
  if (!it.received.endsWith("\r\n\r\n") || it.isEnded) return;
  it.received = "";
  for (const piece of pieces) {
    it.send(piece);
    await new Promise((resolve) => setTimeout(resolve, pieces.length > 1 ? 1 : 0));
  }
  if (then === "wait") return;
  // What was sent is read before the end is heard of.
  await new Promise((resolve) => setTimeout(resolve, 20));
  it[then]();
}
