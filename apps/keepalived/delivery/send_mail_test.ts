import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import { sendMail as send } from "./send_mail.ts";

type Smtp = GlobalConfig["smtp"];

const mail = {
  subject: "[low] VRRP Instance VI_1 - Entering MASTER state",
  body: "=> VRRP Instance is now owning VRRP VIPs <=",
  atMs: Date.UTC(2026, 10, 21, 16, 0, 26),
};

function smtp(port: number, more: Partial<Smtp> = {}): Smtp {
  return {
    recipients: ["a@example.com", "b@example.com"],
    from: "ka@example.com",
    server: { host: "127.0.0.1", port },
    heloName: "low.example.com",
    connectTimeoutUs: 300_000,
    noFaults: false,
    noCheckerMails: false,
    tls: "off",
    trust: { verify: true },
    ...more,
  };
}

const sendMail = (settings: Smtp) => send(mail, settings, "low.example.net");

/** What a server answers to a line of the client; undefined: nothing. */
type Script = (line: string, socket: Socket) => string | undefined;

/** A server that answers by a script, and what it heard. */
async function beside<T>(
  greeting: string | undefined,
  script: Script,
  act: (port: number) => Promise<T>,
): Promise<{ readonly result: T; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let rest = "";
    socket.on("error", () => {});
    if (greeting !== undefined) socket.write(`${greeting}\r\n`);
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        const answer = script(line, socket);
        if (answer !== undefined && !socket.destroyed) socket.write(`${answer}\r\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return { result: await act((server.address() as AddressInfo).port), heard };
  } finally {
    server.close();
  }
}

/** A server as it should be, but for what it says to one command. */
function polite(but: Readonly<Record<string, string>> = {}): Script {
  let inData = false;
  return (line) => {
    if (inData) {
      inData = line !== ".";
      return inData ? undefined : but["."] ?? "250 taken";
    }
    const command = line.slice(0, 4).toUpperCase();
    const own = but[command];
    if (own !== undefined) return own;
    inData = command === "DATA";
    const answers: Readonly<Record<string, string>> = { DATA: "354 go on", QUIT: "221 bye" };
    return answers[command] ?? "250 fine";
  };
}

test("sendMail() sends what the C daemon sends, in plain text", async () => {
  const { result, heard } = await beside("220 mx", polite(), (port) => sendMail(smtp(port)));
  assert.equal(result, undefined);
  const [hello, ...others] = heard;
  assert.match(hello ?? "", /^(EHLO|HELO) low\.example\.com$/);
  const start = others.indexOf("DATA");
  assert.deepEqual(others.slice(0, start), [
    "MAIL FROM:<ka@example.com>",
    "RCPT TO:<a@example.com>",
    "RCPT TO:<b@example.com>",
  ]);
  const text = others.slice(start + 1, others.indexOf("."));
  for (
    const line of [
      "Date: Sat, 21 Nov 2026 16:00:26 +0000",
      "From: ka@example.com",
      `Subject: ${mail.subject}`,
      "X-Mailer: Keepalived",
      "To: a@example.com, b@example.com",
      mail.body,
    ]
  ) assert.ok(text.includes(line), `${line} is missing in ${text.join("\n")}`);
});

test("sendMail() uses the name of the host where the configuration has none", async () => {
  const { from: _from, heloName: _heloName, ...plain } = smtp(0);
  const { heard } = await beside(
    "220 mx",
    polite(),
    (port) => sendMail({ ...plain, server: { host: "localhost", port } }),
  );
  assert.match(heard[0] ?? "", /^EHLO low\.example\.net$/);
  assert.ok(heard.includes("MAIL FROM:<keepalived@low.example.net>"));
});

test("sendMail() breaks a long line between words: it stays as it is", async () => {
  const body = `=> CHECK failed on service : ${"a word ".repeat(12)}<=`;
  const { heard } = await beside(
    "220 mx",
    polite(),
    (port) => send({ ...mail, body }, smtp(port), "low.example.net"),
  );
  assert.ok(heard.includes("Content-Transfer-Encoding: 7bit"), heard.join("\n"));
  const start = heard.indexOf("", heard.indexOf("DATA"));
  const lines = heard.slice(start + 1, heard.indexOf("."));
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 76), lines.join("\n"));
  assert.equal(lines.join(" ").trim(), body);
});

test("sendMail() says whom a server does not serve, and that is final for the others have it", async () => {
  const choosy: Script = (() => {
    const usual = polite();
    return (line, socket) =>
      line === "RCPT TO:<b@example.com>" ? "450 b is greylisted" : usual(line, socket);
  })();
  const { result, heard } = await beside("220 mx", choosy, (port) => sendMail(smtp(port)));
  assert.match(result?.reason ?? "", /^not to all: .*450 b is greylisted/);
  assert.equal(result?.permanent, true);
  assert.ok(heard.includes(mail.body));
});

test("sendMail() speaks with a server that knows no EHLO", async () => {
  const old = polite({ EHLO: "502 what?" });
  const { result, heard } = await beside("220 mx", old, (port) => sendMail(smtp(port)));
  assert.equal(result, undefined);
  assert.ok(heard.includes("HELO low.example.com"));
});

test("sendMail() does not use STARTTLS that it was not told to use", async () => {
  const offering = polite({ EHLO: "250-mx\r\n250 STARTTLS" });
  const { result, heard } = await beside("220 mx", offering, (port) => sendMail(smtp(port)));
  assert.equal(result, undefined);
  assert.ok(!heard.includes("STARTTLS"));
});

/** Refusals, and whether another attempt can help. */
for (
  const [what, greeting, but, permanent] of [
    ["is busy", "421 later", {}, false],
    ["does not serve", "554 no", {}, true],
    ["refuses the sender for now", "220 mx", { MAIL: "451 later" }, false],
    ["refuses the sender", "220 mx", { MAIL: "550 no" }, true],
    ["refuses all recipients", "220 mx", { RCPT: "550 no such user" }, true],
    ["refuses all recipients for now", "220 mx", { RCPT: "450 greylisted" }, false],
    ["has no room", "220 mx", { ".": "452 full" }, false],
    ["does not like the text", "220 mx", { ".": "554 spam" }, true],
    ["has no STARTTLS", "220 mx", { STAR: "502 what?" }, undefined],
  ] as const
) {
  test(`sendMail() says of a server that ${what} whether another attempt can help`, async () => {
    const tls = permanent === undefined ? "starttls" : "off";
    const { result, heard } = await beside(
      greeting,
      polite(but),
      (port) => sendMail(smtp(port, { tls })),
    );
    assert.ok(result !== undefined);
    if (permanent !== undefined) assert.equal(result.permanent, permanent, result.reason);
    // Whatever happens, nothing is sent in plain text that was not to be.
    else assert.ok(!heard.some((line) => /^MAIL/.test(line)));
  });
}

/** Servers that never come to an end by themselves. */
const nasty: readonly (readonly [string, string | undefined, Script])[] = [
  ["says nothing", undefined, () => undefined],
  ["stops in the middle", "220 mx", (line) => /^(EH|HE)LO/.test(line) ? "250 fine" : undefined],
  ["closes", "220 mx", (_, socket) => void socket.end()],
  ["resets", "220 mx", (_, socket) => void socket.resetAndDestroy()],
  ["goes on greeting", "220-mx", () => undefined],
  ["speaks something else", "HTTP/1.1 400 Bad Request", () => "\0\xff\r\n\r\n{}"],
  ["floods", "220-mx", (_, socket) => flood(socket)],
  [
    "says a little now and then",
    "220 mx",
    (line, socket) => {
      if (!/^(EH|HE)LO/.test(line)) return undefined;
      const timer = setInterval(() => socket.write("250-more\r\n"), 50);
      socket.on("close", () => clearInterval(timer));
      return undefined;
    },
  ],
];

/** Sends as much as the client takes, all of it one line. */
function flood(socket: Socket): undefined {
  const more = () => void (socket.destroyed || socket.write("x".repeat(65_536), more));
  more();
}

for (const [what, greeting, script] of nasty) {
  test(`sendMail() comes to an end with a server that ${what}`, async () => {
    const begun = performance.now();
    const { result } = await beside(greeting, script, (port) => sendMail(smtp(port)));
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < 15_000, `after ${tookMs} ms`);
    assert.equal(result?.permanent, false, result?.reason ?? "");
  });
}

test("sendMail() says who is not there, and which password cannot be read", async () => {
  const { result: closed } = await beside("", () => undefined, (port) => Promise.resolve(port));
  assert.match((await sendMail(smtp(closed)))?.reason ?? "", /ECONNREFUSED|refused/i);
  const password = { file: "/no/such/file" };
  const unread = await sendMail(smtp(closed, { user: "low", password }));
  assert.match(unread?.reason ?? "", /ENOENT.*\/no\/such\/file/);
});
