/** Malformed and unwanted packets at 2,000 a second: a master stays master, a backup stays backup, the log stays short. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { encodeSealedIpv4, ipProtocol } from "@keepalived/inet-codec";
import {
  type Advertisement,
  encodeAdvertisement,
  headerAuthentication,
  signAdvertisement,
  simpleText,
  stampAt,
} from "@keepalived/vrrp-codec";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Injector } from "../../tools/lab/injector.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { garbage, intact, type Packet, type Target } from "./garbage.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const flood = { perSecond: 2000, seconds: 3 };
/** One line of each kind of complaint, for a daemon: far less than one for each packet. */
const mostLines = 30;

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fe80::a/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fe80::b/64"] },
    { name: "attacker", addresses: ["192.0.2.66/24", "fe80::66/64"] },
  ]);
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) await daemon.stop();
  started = [];
});

const cases: readonly {
  readonly name: string;
  readonly conf: InstanceConf & {
    readonly addresses: readonly string[];
    readonly interval: number;
  };
  readonly advertisement: Pick<Advertisement, "version" | "authentication">;
  readonly forgeries?: (advertisement: Advertisement) => readonly Packet[];
}[] = [
  {
    name: "version 2 with a password",
    conf: {
      version: 2,
      interval: 1,
      addresses: ["192.0.2.100"],
      lines: ["authentication {", "  auth_type PASS", "  auth_pass right", "}"],
    },
    advertisement: { version: 2, authentication: simpleText("right") },
  },
  {
    name: "version 3 over IPv4",
    conf: { version: 3, interval: 0.2, addresses: ["192.0.2.100"] },
    advertisement: { version: 3 },
  },
  {
    name: "version 3 over IPv6",
    conf: { version: 3, interval: 0.2, addresses: ["fe80::100"] },
    advertisement: { version: 3 },
  },
  {
    name: "version 3 with auth_hmac",
    conf: {
      version: 3,
      interval: 0.2,
      addresses: ["192.0.2.100"],
      lines: ["auth_hmac {", `  key 7 hex:${"07".repeat(32)}`, "  active_key 7", "}"],
    },
    advertisement: { version: 3 },
    forgeries: forgedTrailers,
  },
  {
    name: "version 2 in an Authentication Header",
    conf: {
      version: 2,
      interval: 1,
      addresses: ["192.0.2.100"],
      lines: ["authentication {", "  auth_type AH", "  auth_pass right", "}"],
    },
    advertisement: { version: 2 },
    forgeries: forgedHeaders,
  },
];

const path = { source: "192.0.2.66", destination: "224.0.0.18" };

/** Without trailer, with another key, with the right one an hour ago, and for somebody else. */
function forgedTrailers(advertisement: Advertisement): readonly Packet[] {
  const sign = (key: number, source: string, ageS: number) => {
    const secret = new Uint8Array(32).fill(key);
    return signAdvertisement(advertisement, source, {
      keyId: 7,
      stamp: stampAt((Date.now() - 1000 * ageS) * 1000),
      digest: (bytes) => createHmac("sha256", secret).update(bytes).digest(),
    });
  };
  return [
    advertisement,
    sign(8, path.source, 0),
    sign(7, path.source, 3600),
    sign(7, "192.0.2.1", 0),
  ]
    .map((forged) => ({ message: encodeAdvertisement(forged, path) }));
}

/** Plain, and in headers with another secret and a high number. */
function forgedHeaders(advertisement: Advertisement): readonly Packet[] {
  const message = encodeAdvertisement({
    ...advertisement,
    authentication: headerAuthentication(),
  }, path);
  const sealed = encodeSealedIpv4(
    { ...path, hopLimit: 255, protocol: ipProtocol.vrrp, payload: message },
    { securityParametersIndex: 0xc000_0242, sequenceNumber: 0xffff_0000 },
    {
      digest: (bytes) => createHmac("md5", "wrong").update(bytes).digest(),
      coversHopLimit: true,
    },
  );
  return [{ message }, { message: sealed.subarray(20), protocol: ipProtocol.authenticationHeader }];
}

for (const { name, conf, advertisement, forgeries } of cases) {
  test(`${name}: garbage changes no state and floods no log`, async () => {
    const [a, b] = await startBoth(conf);
    const marks = [a.log.length, b.log.length] as const;
    const sinceUs = lab.reactor.nowUs();
    const received = receivedBy("a");

    using injector = new Injector(lab.host("attacker"));
    const aim = targetOf(conf, advertisement);
    const target = { ...aim, forgeries: forgeries?.(aim.advertisement) ?? [] };
    const sent = await injector.flood(garbage(target, 1), flood);
    assert.equal(sent, flood.perSecond * flood.seconds);
    await until("all of it has arrived", () => receivedBy("a") - received >= sent);

    for (const [daemon, mark] of [[a, marks[0]], [b, marks[1]]] as const) {
      const lines = daemon.log.slice(mark);
      assert.deepEqual(lines.filter((line) => /Entering|STATE|exited/.test(line)), []);
      assert.ok(lines.some((line) => /malformed|ignoring/.test(line)), "nothing of it arrived");
      assert.ok(lines.length <= mostLines, `${lines.length} lines:\n${lines.join("\n")}`);
    }
    assertOnlyMasterAdvertised(sinceUs, conf.interval);

    // Both still do their work.
    const from = b.log.length;
    assert.equal(await a.stop(), 0);
    await b.says(/Entering MASTER STATE/, { from });
    await until("b alone holds it", () => holds("b", conf) && !holds("a", conf));
    assert.equal(await b.stop(), 0);
  });
}

test("the frames that garbage() makes are harmful when nothing is wrong with them", async () => {
  const conf = { version: 3, interval: 0.2, addresses: ["192.0.2.100"] } as const;
  const [a] = await startBoth(conf);
  using injector = new Injector(lab.host("attacker"));
  const from = a.log.length;
  await injector.flood(intact(targetOf(conf, { version: 3 })), { perSecond: 10, seconds: 1 });
  await a.says(/Entering BACKUP STATE/, { from });
});

async function startBoth(conf: InstanceConf): Promise<readonly [Daemon, Daemon]> {
  const start = (name: string, priority: number) => {
    const daemon = lab.start({ name, config: instanceConf({ ...conf, priority }) });
    started.push(daemon);
    return daemon;
  };
  const a = start("a", 200);
  await a.says(/Entering MASTER STATE/);
  const b = start("b", 100);
  await b.says(/Entering BACKUP STATE/);
  return [a, b];
}

function targetOf(
  { interval, addresses }: { readonly interval: number; readonly addresses: readonly string[] },
  advertisement: Pick<Advertisement, "version" | "authentication">,
): Target {
  const family = addresses[0]?.includes(":") ? 6 : 4;
  return {
    family,
    advertisement: {
      ...advertisement,
      virtualRouterId: 51,
      priority: 254,
      maxAdvertiseIntervalUs: interval * 1_000_000,
      addresses,
    },
    router: { mac: lab.host("a").mac, address: family === 4 ? "192.0.2.1" : "fe80::a" },
    attacker: { mac: lab.host("attacker").mac, address: family === 4 ? "192.0.2.66" : "fe80::66" },
  };
}

/** The master's advertisements kept coming, and nobody else sent any of this virtual router. */
function assertOnlyMasterAdvertised(sinceUs: number, interval: number): void {
  const [a, b] = [lab.host("a").mac, lab.host("b").mac];
  const adverts = lab.wire.adverts.filter(({ atUs }) => atUs >= sinceUs);
  assert.deepEqual(adverts.filter(({ mac }) => mac === b), []);
  const times = adverts.filter(({ mac }) => mac === a).map(({ atUs }) => atUs);
  assert.ok(times.length >= flood.seconds / interval / 2, `${times.length} of the master`);
  for (const [i, atUs] of times.entries()) {
    const gapUs = atUs - (times[i - 1] ?? sinceUs);
    assert.ok(gapUs < interval * 2_500_000, `${gapUs} µs without an advertisement`);
  }
}

/** Frames that came in at a host's interface. */
function receivedBy(host: string): number {
  const [link] = JSON.parse(lab.host(host).run("ip -json -statistics link show dev eth0"));
  return link.stats64.rx.packets;
}

function holds(host: string, { addresses }: { readonly addresses: readonly string[] }): boolean {
  return addresses.every((address) => lab.host(host).holds(address));
}
