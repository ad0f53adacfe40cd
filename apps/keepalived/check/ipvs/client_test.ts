import assert from "node:assert/strict";
import { test } from "node:test";
import { ENOENT, EPERM } from "@keepalived/linux";
import { encodeRawAttributes, type NetlinkRequest } from "@keepalived/netlink-codec";
import {
  addDestination,
  addService,
  type Destination,
  type Service,
} from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import { ExitError, exitStatus } from "../../exit_status.ts";
import { Ipvs } from "./client.ts";

const FAMILY = 77;
const CTRL = 16;
const key = { protocol: "tcp", address: "192.0.2.1", port: 80 } as const;
const service: Service = { key, scheduler: "rr", onePacket: false, schedulerFlags: [] };
const other: Service = { ...service, key: { ...key, port: 81 } };
const server: Destination = {
  address: "10.0.0.1",
  port: 80,
  forwarding: { method: "masquerade" },
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
};

type Answer = Uint8Array | Error;

/** Answers in the order of the questions, and what was asked. */
function connected(answers: readonly (Answer | readonly Uint8Array[])[]) {
  const left = [...answers];
  const asked: string[] = [];
  let loaded = 0;
  let turns = 0;
  let closed = false;
  const connection = {
    request({ name, type }: NetlinkRequest) {
      asked.push(`${type} ${name}`);
      const answer = left.shift() ?? new Error(`no answer is left for ${name}`);
      if (answer instanceof Error) return Promise.reject(answer);
      const bodies = answer instanceof Uint8Array ? [answer] : answer;
      return Promise.resolve(
        bodies.map((body) => ({ type, flags: 0, sequence: 1, portId: 1, body })),
      );
    },
    batch() {
      throw new Error("no batch is expected");
    },
    [Symbol.dispose]() {
      closed = true;
    },
  };
  const ipvs = new Ipvs(connection, {
    post(callback) {
      turns++;
      queueMicrotask(callback);
    },
    loadModule() {
      loaded++;
      return Promise.resolve();
    },
  });
  return { ipvs, asked, closed: () => closed, loaded: () => loaded, turns: () => turns };
}

function text(name: string): Uint8Array {
  return new TextEncoder().encode(`${name}\0`);
}

const family = Uint8Array.of(
  ...[1, 2, 0, 0],
  ...encodeRawAttributes([
    { number: 2, payload: text("IPVS") },
    { number: 1, payload: Uint8Array.of(FAMILY, 0) },
    { number: 3, payload: Uint8Array.of(1, 0, 0, 0) },
  ]),
);
const information = Uint8Array.of(
  ...[14, 1, 0, 0],
  ...encodeRawAttributes([
    { number: 1, payload: Uint8Array.of(1, 2, 1, 0) },
    { number: 2, payload: Uint8Array.of(0, 16, 0, 0) },
  ]),
);
const missing = new NetlinkError("genl ctrl get name IPVS", { errno: ENOENT });

test("find() learns the number of the family and the version", async () => {
  const { ipvs, asked, loaded } = connected([family, information]);
  await ipvs.find();
  assert.equal(ipvs.version, "1.2.1");
  assert.deepEqual(asked, [`${CTRL} genl ctrl get name IPVS`, `${FAMILY} ipvsadm -Ln`]);
  assert.equal(loaded(), 0);
});

test("find() loads the module where the kernel has no IPVS yet", async () => {
  const { ipvs, loaded } = connected([missing, family, information]);
  await ipvs.find();
  assert.equal(loaded(), 1);
});

test("find() says in one sentence why there is none", async () => {
  const refused = new NetlinkError("ipvsadm -Ln", { errno: EPERM });
  const cases: readonly [readonly Answer[], number, RegExp][] = [
    [
      [missing, missing],
      exitStatus.fatal,
      /^Cannot use IPVS: this kernel has none, and the module ip_vs cannot be loaded; with --no-ipvs /,
    ],
    [[family, refused], exitStatus.missingPermission, /lacks CAP_NET_ADMIN.* --no-ipvs$/],
    [[new Uint8Array(2)], exitStatus.fatal, /Malformed answer, generic-truncated \(EBADMSG\)/],
    [[family, family], exitStatus.fatal, /Malformed answer, ipvs-command \(EBADMSG\)/],
  ];
  for (const [answers, status, sentence] of cases) {
    const { ipvs, closed } = connected(answers);
    await assert.rejects(ipvs.find(), (error) => {
      assert.ok(error instanceof ExitError);
      assert.equal(error.status, status);
      assert.match(error.message, sentence);
      return true;
    });
    assert.equal(closed(), true);
  }
});

test("read() gives the services that are wanted, with their destinations", async () => {
  const { ipvs, asked } = connected([
    [addService(service).body, addService(other).body],
    [addDestination(key, server).body],
  ]);
  const table = await ipvs.read((it) => "port" in it && it.port === 80);
  assert.deepEqual(table.map((it) => [it.service, it.destinations.map((one) => one.destination)]), [
    [service, [server]],
  ]);
  assert.deepEqual(asked, ["0 ipvsadm -Ln", "0 ipvsadm -Ln -t 192.0.2.1:80"]);
});

test("read() refuses what it cannot read, by its name, with the question", async () => {
  const whole = addService(service).body;
  const cut = whole.slice(0, whole.length - 3);
  const cases: readonly [readonly (readonly Uint8Array[])[], RegExp][] = [
    [[[Uint8Array.of(9, 1, 0, 0)]], /carry out ipvsadm -Ln: Malformed answer, ipvs-command/],
    [[[Uint8Array.of(1, 1, 0, 0)]], /carry out ipvsadm -Ln: Malformed answer, ipvs-incomplete/],
    [[[cut]], /carry out ipvsadm -Ln: Malformed answer, attribute-length/],
    [
      [[whole], [Uint8Array.of(5, 1, 0)]],
      /carry out ipvsadm -Ln -t 192.0.2.1:80: Malformed answer, generic-truncated/,
    ],
  ];
  for (const [answers, message] of cases) {
    const { ipvs } = connected(answers);
    await assert.rejects(ipvs.read(), (error) => {
      assert.ok(error instanceof NetlinkError);
      assert.equal(error.code, "EBADMSG");
      assert.match(error.message, message);
      return true;
    });
  }
});

test("read() lets others have their turn between many destinations", async () => {
  const many = Array.from({ length: 1600 }, () => addDestination(key, server).body);
  const { ipvs, turns } = connected([[addService(service).body], many]);
  const [read] = await ipvs.read();
  assert.equal(read?.destinations.length, 1600);
  assert.equal(turns(), 3);
});
