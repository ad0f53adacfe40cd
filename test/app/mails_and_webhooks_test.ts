/** Mails and webhooks: what arrives, and that a server that hangs costs nothing else. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { Folder, selfSigned } from "../checkers/servers.ts";
import { Server } from "./delivery/server.ts";
import { instanceConf } from "./instance_conf.ts";

type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly encrypted: boolean;
  readonly user: string | null;
  readonly helo: string;
};
type Told = Readonly<Record<string, unknown>>;

const folder = new Folder();
let lab: Lab;
let host: Host;
before(async () => {
  lab = await Lab.create([
    { name: "ours", addresses: ["192.0.2.1/24"] },
    { name: "c", addresses: ["192.0.2.2/24"] },
  ]);
  host = lab.host("ours");
});
after(async () => {
  await lab[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function globals(...lines: readonly string[]): string {
  return `global_defs {
  router_id LVS_A
  notification_email { a@example.com b@example.com }
  notification_email_from ka@example.com
  smtp_connect_timeout 2
  ${lines.join("\n  ")}
}
`;
}

async function withDaemon(config: string, run: (daemon: Daemon) => Promise<void>): Promise<void> {
  const daemon = lab.start({ name: "ours", config });
  try {
    await daemon.says(/Entering MASTER STATE/);
    await run(daemon);
  } finally {
    assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  }
}

/** What a mail is: who hears what from whom, without its date and the headers that only we have. */
function factsOf({ from, to, text, helo, encrypted, user }: Mail): Told {
  const [head = "", body = ""] = text.split("\n\n");
  assert.match(head, /^Date: \w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/m);
  const unfolded = head.replace(/\n[ \t]+/g, " ").split("\n");
  const headers = unfolded.filter((it) => /^(From|Subject|To|X-Mailer):/.test(it)).sort();
  return { from, to, helo, encrypted, user, headers, body: body.trim() };
}

const told = ["A", "B", "C", "G"] as const;

/**
 * The mails that a daemon sends of three instances and a group, in the order of each: at the start, when two of them
 * fail, when those are back, and when a reload takes the third one out. Nobody wants to hear of a fourth.
 */
async function mailsOf(it: Implementation): Promise<Readonly<Record<string, readonly Told[]>>> {
  const fault = join(folder.path, `${it}-fault`);
  writeFileSync(fault, "0");
  const first = it === "ours" ? 51 : 61;
  const config = (...names: readonly string[]) =>
    globals(
      "smtp_server 127.0.0.1 2525",
      "smtp_helo_name lvs.example.com",
      "smtp_alert_vrrp",
    ) + `track_file F {\nfile ${fault}\n}\nvrrp_sync_group G {\ngroup {\nA\nB\n}\n}\n` +
    names.map((name, i) =>
      instanceConf({
        name,
        virtualRouterId: first + i,
        addresses: [`192.0.2.${50 + first + i}/24`],
        lines: [
          ...(name === "A" ? ["track_file {\nF weight 0\n}"] : []),
          ...(name === "D" ? ["smtp_alert off"] : []),
        ],
      })
    ).join("");
  using server = await Server.start<Mail>(lab.host(it), "smtp_server.py", "2525", "plain");
  const heard = (name: string, word: string, times = 1) => {
    const subject = ` ${name} - Entering ${word} state`;
    const count = () => server.documents.filter(({ text }) => text.includes(subject)).length;
    return until(`${it}: ${times} mails with '${subject}'`, () => count() >= times);
  };
  const daemon = lab.start({ name: it, implementation: it, config: config("A", "B", "D", "C") });
  for (const name of told) await heard(name, "MASTER");
  writeFileSync(fault, "-255");
  for (const name of ["A", "B", "G"]) await heard(name, "FAULT");
  writeFileSync(fault, "0");
  for (const name of ["A", "B", "G"]) await heard(name, "MASTER", 2);
  daemon.configure(config("A", "B", "D"));
  daemon.signal("SIGHUP");
  await heard("C", "FAULT");
  assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  const facts = server.documents.map(factsOf);
  const ofOne = (name: string) =>
    facts.filter(({ headers }) => String(headers).includes(` ${name} - `));
  assert.equal(told.flatMap(ofOne).length, facts.length, "it mails of others too");
  return Object.fromEntries(told.map((name) => [name, ofOne(name)]));
}

test("mails of instances and groups are those of the C daemon", async () => {
  const [ours, theirs] = await Promise.all([mailsOf("ours"), mailsOf("c")]);
  assert.deepEqual(ours, theirs);
  const wordsOf = (name: string) =>
    ours[name]?.map((mail) => / (\w+) state/.exec(String(mail["headers"]))?.[1]);
  const failing = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"];
  assert.deepEqual(told.map(wordsOf), [failing, failing, ["BACKUP", "MASTER", "FAULT"], failing]);
  assert.deepEqual(ours["A"]?.[1], {
    from: "ka@example.com",
    to: ["a@example.com", "b@example.com"],
    helo: "lvs.example.com",
    encrypted: false,
    user: null,
    headers: [
      "From: ka@example.com",
      "Subject: [LVS_A] VRRP Instance A - Entering MASTER state",
      "To: a@example.com, b@example.com",
      "X-Mailer: Keepalived",
    ],
    body: "=> VRRP Instance is now owning VRRP VIPs <=",
  });
});

test("mails of real and virtual servers say what the checkers found, if they are wanted", async () => {
  using server = await Server.start<Mail>(host, "smtp_server.py", "2525", "plain");
  const virtualServer = (port: number, ...lines: readonly string[]) =>
    `virtual_server 192.0.2.200 ${port} {
  delay_loop 1
  protocol TCP
  ${lines.join("\n  ")}
  real_server 192.0.2.1 ${port} {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
`;
  const config = globals("smtp_server 127.0.0.1 2525") + virtualServer(81, "smtp_alert") +
    virtualServer(82);
  const daemon = lab.start({ name: "ours", config, flags: "-nlGDC --no-ipvs" });
  // First checks come at times of their own.
  const isDown = (port: number) => ({ text }: Mail) =>
    text.includes(`Realserver [192.0.2.1]:tcp:${port}`);
  try {
    await server.next("the mail of the second server", isDown(82));
    await server.next("the mail of the first server", isDown(81));
    await server.next("the quorum is lost", ({ text }) => text.includes("Lost quorum"));
    const listener = host.start(["/usr/bin/python3", "-m", "http.server", "81"]);
    await until("it is back, and the quorum", () => server.documents.length >= 6);
    listener.kill();
  } finally {
    assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  }
  const words = server.documents.map((mail) => {
    const { headers, body } = factsOf(mail);
    return [/Subject: \[LVS_A\] ([^,]*)/.exec(String(headers))?.[1], body];
  });
  const rs = (port: number) =>
    `Realserver [192.0.2.1]:tcp:${port} of virtual server [192.0.2.200]:tcp:${port}`;
  assert.deepEqual(words.filter(([subject]) => String(subject).includes(":81")), [
    ["Virtualserver [192.0.2.200]:tcp:81 - UP", "=> Starting with quorum up 1+0=1 <= 1 <="],
    [`${rs(81)} - DOWN`, "=> TCP CHECK failed on service <="],
    ["Virtualserver [192.0.2.200]:tcp:81 - DOWN", "=> Lost quorum 1-0=1 > 0 <="],
    [`${rs(81)} - UP`, "=> TCP CHECK succeed on service <="],
    ["Virtualserver [192.0.2.200]:tcp:81 - UP", "=> Gained quorum 1+0=1 <= 1 <="],
  ]);
  assert.deepEqual(words.filter(([subject]) => String(subject).includes(":82")), [
    [`${rs(82)} - DOWN`, "=> TCP CHECK failed on service <="],
  ]);
});

for (const mode of ["starttls", "tls"] as const) {
  test(`mails go encrypted and with a password: ${mode}`, async () => {
    const { certificate, key } = selfSigned(folder, `mx-${mode}`);
    const args = ["2525", mode, certificate, key];
    using server = await Server.start<Mail>(host, "smtp_server.py", ...args);
    const password = folder.write("password", "sesame\n");
    const safe = ["smtp_server 127.0.0.1 2525", `smtp_tls ${mode}`, `smtp_ca ${certificate}`];
    const auth = ["smtp_user low", `smtp_password file:${password}`];
    const config = globals(...safe, ...auth) + instanceConf({ lines: ["smtp_alert"] });
    await withDaemon(config, async (daemon) => {
      const mail = await server.next("the mail", ({ text }) => text.includes("MASTER"));
      assert.deepEqual([mail.encrypted, mail.user], [true, "low"]);
      await daemon.says(/SMTP alert successfully sent/);
    });

    const strange = globals(...safe.slice(0, 2), ...auth) + instanceConf({ lines: ["smtp_alert"] });
    const before = server.documents.length;
    await withDaemon(strange, async (daemon) => {
      await daemon.says(
        /SMTP alert: .*self.signed|SMTP alert: .*UnknownIssuer|SMTP alert: .*certificate/i,
      );
    });
    assert.equal(server.documents.length, before, "it was told to a stranger");
  });
}

test("a server that hangs costs no advertisement, and does not hold up the end", async () => {
  const script = "import socket,time\ns=socket.create_server(('127.0.0.1',2525))\ntime.sleep(60)";
  const silent = host.start(["/usr/bin/python3", "-c", script]);
  await until("it listens", () => host.run("ss -ltn").includes(":2525"));
  const webhook = "notify_webhook http://127.0.0.1:2525/ {\n    timeout 60\n  }";
  const config = globals("smtp_server 127.0.0.1 2525", webhook) +
    instanceConf({ lines: ["smtp_alert"] });
  let stoppedMs = 0;
  await withDaemon(config, async (daemon) => {
    await daemon.says(/SMTP alert: .*; trying again/);
    // Both sessions hang, one of them for a minute.
    const before = lab.wire.adverts.length;
    await until("advertisements go on", () => lab.wire.adverts.length > before + 20);
    assert.equal(daemon.lines(/STATE/).length, 2, daemon.log.join("\n"));
    assert.equal(daemon.lines(/; trying again/).length, 1, "it is said once");
    stoppedMs = performance.now();
  });
  assert.ok(performance.now() - stoppedMs < 30_000, "it waits for a server that hangs");
  silent.kill();
});

test("webhooks are told of everything in order, to the end", async () => {
  using server = await Server.start<Told>(host, "http_server.py", "8080");
  const config = (more: string) =>
    globals("notify_webhook http://127.0.0.1:8080/hook {\n  }") + instanceConf() + more;
  const other = instanceConf({ name: "VI_2", virtualRouterId: 52, addresses: ["192.0.2.101/24"] });
  await withDaemon(config(other), async (daemon) => {
    const isMaster = (name: string) => (it: Told) =>
      it["name"] === name && it["state"] === "MASTER";
    await server.next("both are MASTER", isMaster("VI_1"));
    await server.next("both are MASTER", isMaster("VI_2"));
    daemon.configure(config(""));
    daemon.signal("SIGHUP");
    await server.next("the end of one", ({ kind }) => kind === "deleted");
  });
  const of = (name: string) =>
    server.documents.filter((it) => it["name"] === name)
      .map(({ kind, state, priority }) => [kind, state, priority]);
  const start = [["instance-state", "BACKUP", 100], ["instance-state", "MASTER", 100]];
  assert.deepEqual(of("VI_1"), [...start, ["stopped", undefined, 100]]);
  assert.deepEqual(of("VI_2"), [...start, ["deleted", undefined, 100]]);
  for (const { time, host, routerId } of server.documents) {
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual([typeof host, routerId], ["string", "LVS_A"]);
  }
});

test("a webhook that comes late is told what has happened", async () => {
  const config = globals("notify_webhook http://127.0.0.1:8080/hook {\n  }") + instanceConf();
  await withDaemon(config, async (daemon) => {
    await daemon.says(/Webhook http:\/\/127\.0\.0\.1:8080: .*; trying again/);
    using server = await Server.start<Told>(host, "http_server.py", "8080");
    await server.next("the last state", ({ state }) => state === "MASTER");
    assert.deepEqual(server.documents.map(({ state }) => state), ["BACKUP", "MASTER"]);
    await daemon.says(/Webhook http:\/\/127\.0\.0\.1:8080: delivered after \d failures/);
  });
});
