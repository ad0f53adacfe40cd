import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import {
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import { EventCounter } from "@keepalived/linux";
import { NetlinkConnection, type NetlinkConnectionOptions, Reactor } from "@keepalived/reactor";
import { inside, Network } from "./linux_network.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const LINK_GROUP = 1;
const ADDRESS_GROUP = 5;
const EEXIST = 17;

test("a dump gives every interface of the namespace", async () => {
  await withConnection({}, async ({ connection }) => {
    const messages = await connection.request(listLinks);
    assert.deepEqual(messages.map(({ type }) => type), [RTM_NEWLINK, RTM_NEWLINK]);
  });
});

test("a batch is carried out in order; the failure of one does not keep the others back", async () => {
  await withConnection({}, async ({ connection, network }) => {
    const requests = [addAddress(10), addAddress(10), addAddress(11)];
    const results = await new Promise<readonly boolean[]>((resolve) => {
      let returned = false;
      connection.send(requests, (all) => {
        assert.ok(returned);
        const second = all[1];
        assert.ok(second?.ok === false);
        assert.equal(second.error.errno, EEXIST);
        assert.equal(second.error.request, "ip address add 192.0.2.10/24 dev eth0");
        assert.match(second.error.message, /^Cannot carry out ip address add .+ \(EEXIST\)$/);
        resolve(all.map(({ ok }) => ok));
      });
      returned = true;
    });
    assert.deepEqual(results, [true, false, true]);
    const shown = network.ip(network.a, "-br", "address", "show", "eth0");
    assert.match(shown, /192\.0\.2\.10\/24 192\.0\.2\.11\/24/);
  });
});

test("the kernel's own words come with a refusal", async () => {
  await withConnection({}, async ({ connection }) => {
    // A prefix longer than the address.
    const bad = addAddress(12);
    bad.body[1] = 33;
    await assert.rejects(connection.request(bad), (error: Error & { code?: string }) => {
      assert.equal(error.name, "NetlinkError");
      assert.equal(error.code, "EINVAL");
      assert.match(error.message, /: (?!Invalid argument).+ \(EINVAL\)$/);
      return true;
    });
  });
});

test("an own change is a notification, not an answer", async () => {
  const seen: NetlinkMessage[] = [];
  const options = {
    groups: [LINK_GROUP, ADDRESS_GROUP],
    onNotification: (message: NetlinkMessage) => seen.push(message),
  };
  await withConnection(options, async ({ connection, network, until }) => {
    assert.deepEqual(await connection.request(addAddress(20)), []);
    assert.equal(seen.filter(({ type }) => type === RTM_NEWADDR).length, 1);
    network.ip(network.a, "link", "set", "eth0", "down");
    await until(() => seen.some(({ type }) => type === RTM_NEWLINK));
  });
});

test("prepared requests go when they are told to, and behind those that wait", async () => {
  await withConnection({}, async ({ connection, network }) => {
    const prepare = (...hosts: readonly number[]) => {
      const { promise, resolve } = Promise.withResolvers<readonly boolean[]>();
      const requests = hosts.map((host) => addAddress(host));
      const ready = connection.prepare(requests, (all) => resolve(all.map(({ ok }) => ok)));
      return { ready, results: promise };
    };
    const [first, second] = [prepare(30, 30), prepare(31)];
    prepare(32);
    const isThere = (host: number) =>
      network.ip(network.a, "-br", "address", "show", "eth0").includes(`192.0.2.${host}/`);
    const rest = first.ready();
    assert.ok(isThere(30), "at once");
    rest();
    assert.deepEqual(await first.results, [true, false]);
    // More than may be under way.
    const many = Array.from({ length: 200 }, (_, i) => connection.request(addAddress(i, 11)));
    second.ready()();
    assert.ok(!isThere(31), "the others come first");
    await Promise.all(many);
    assert.deepEqual(await second.results, [true]);
    assert.ok(isThere(31));
    assert.ok(!isThere(32), "never told to");
  });
});

test("requests by the hundred and dumps beside them are all answered", async () => {
  await withConnection({}, async ({ connection }) => {
    const answers = await Promise.all(
      Array.from(
        { length: 600 },
        (_, i) =>
          i % 100 === 99
            ? connection.request(listLinks).then((all) => all.length)
            : connection.request(addAddress(i % 256, 10 + Math.floor(i / 256))).then(() => 0),
      ),
    );
    assert.deepEqual(new Set(answers), new Set([0, 2]));
    assert.equal(answers.length, 600);
    assert.deepEqual(connection.counters.overruns, 0);
  });
});

test("more notifications than there is room for are told, and the connection works on", async () => {
  let overruns = 0;
  const options = {
    groups: [ADDRESS_GROUP],
    receiveBufferBytes: 4096,
    onOverrun: () => void overruns++,
  };
  await withConnection(options, async ({ connection, network, until }) => {
    for (let i = 0; i < 30; i++) {
      network.ip(network.a, "address", "add", `198.51.100.${i}/32`, "dev", "lo");
    }
    await until(() => overruns > 0);
    assert.equal(connection.counters.overruns, overruns);
    assert.equal((await connection.request(listLinks)).length, 2);
  });
});

test("an answer that nobody has read yet is not too late, however much else is ready", async () => {
  using reactor = new Reactor({ eventsPerTurn: 1 });
  using connection = new NetlinkConnection(reactor, { timeoutUs: 1 });
  using busy = new DisposableStack();
  for (let i = 0; i < 8; i++) {
    const counter = busy.use(new EventCounter());
    counter.signal();
    busy.use(reactor.watch(counter.fd, "read", () => {}));
  }
  const answer = connection.request(listLinks);
  const running = reactor.run();
  assert.ok((await answer).length > 0);
  assert.equal(connection.counters.timeouts, 0);
  reactor.stop();
  await running;
});

test("connections leave no descriptor behind", async () => {
  const before = readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 3; i++) await withConnection({}, () => Promise.resolve());
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(readdirSync("/proc/self/fd").length <= before + 3);
});

const listLinks: NetlinkRequest = {
  name: "ip link show",
  type: RTM_GETLINK,
  flags: NLM_F_REQUEST | NLM_F_DUMP,
  body: new Uint8Array(16),
};

/** `struct ifaddrmsg`, then IFA_LOCAL; the interface is the second of the namespace. */
function addAddress(host: number, third = 2): NetlinkRequest {
  const body = new Uint8Array(16);
  body.set([2, 24, 0, 0, 2, 0, 0, 0, 8, 0, 2, 0, 192, 0, third, host]);
  return {
    name: `ip address add 192.0.${third}.${host}/24 dev eth0`,
    type: RTM_NEWADDR,
    flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body,
  };
}

type Setting = {
  readonly connection: NetlinkConnection;
  readonly network: Network;
  readonly until: (condition: () => boolean) => Promise<void>;
};

async function withConnection(
  options: NetlinkConnectionOptions,
  work: (setting: Setting) => Promise<void>,
): Promise<void> {
  using network = new Network();
  using reactor = new Reactor();
  using connection = inside(network.a, () => new NetlinkConnection(reactor, options));
  const running = reactor.run();
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 200 && !condition(); i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(condition(), "it did not come to pass within a second");
  };
  await Promise.race([work({ connection, network, until }), running]);
  reactor.stop();
  await running;
}
