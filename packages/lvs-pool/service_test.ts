import assert from "node:assert/strict";
import { test } from "node:test";
import { type Destination, servicesOf, virtualService } from "./mod.ts";
import { endpoint } from "./testing/example.ts";

const plain = { scheduler: "wlc", schedulerFlags: [], onePacket: false } as const;
const mark = (mark: number, family: 4 | 6 = 4) => ({ kind: "fwmark", mark, family } as const);
const addresses = (first: string, last: string, port = 80) =>
  ({ kind: "addresses", first, last, port }) as const;
const to = (number: number, weight = 1, port = 80): Destination => ({
  ...endpoint(`10.0.0.${number}`, port),
  weight,
});

test("servicesOf() makes a service of each address and mark", () => {
  const members = [addresses("10.0.0.254", "10.0.1.1"), mark(7), mark(7, 6)];
  const services = servicesOf({ ...plain, members, protocol: "tcp" });
  assert.deepEqual(services.map(({ key }) => key), [
    ...["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"].map((address) => ({
      protocol: "tcp",
      address,
      port: 80,
    })),
    { fwmark: 7, family: 4 },
    { fwmark: 7, family: 6 },
  ]);
  assert.deepEqual(services[0], { ...plain, key: services[0]?.key });
});

test("servicesOf() counts through IPv6 and to the end of all addresses", () => {
  const addressesOf = (first: string, last: string) =>
    servicesOf({ ...plain, members: [addresses(first, last)], protocol: "udp" })
      .map(({ key }) => "address" in key ? key.address : undefined);
  assert.deepEqual(addressesOf("2001:db8::fffe", "2001:db8::1:1"), [
    "2001:db8::fffe",
    "2001:db8::ffff",
    "2001:db8::1:0",
    "2001:db8::1:1",
  ]);
  assert.deepEqual(addressesOf("9.255.255.255", "10.0.0.0"), ["9.255.255.255", "10.0.0.0"]);
  assert.deepEqual(addressesOf("255.255.255.254", "255.255.255.255").length, 2);
  assert.deepEqual(addressesOf("255.255.255.255", "10.0.0.1"), ["255.255.255.255"]);
});

test("servicesOf() leaves out a mask that says nothing", () => {
  const netmasks = (granularity: string | number | undefined) =>
    servicesOf({
      ...plain,
      protocol: "tcp",
      members: [addresses("10.0.0.1", "10.0.0.1"), addresses("::1", "::1")],
      persistence: {
        timeoutUs: 360_000_000,
        engine: "sip",
        ...granularity !== undefined && { granularity },
      },
    }).map(({ persistence }) => {
      const { netmask, ...rest } = persistence ?? {};
      assert.deepEqual(rest, { timeoutUs: 360_000_000, engine: "sip" });
      return netmask;
    });
  assert.deepEqual(netmasks(undefined), [undefined, undefined]);
  assert.deepEqual(netmasks("255.255.255.0"), ["255.255.255.0", undefined]);
  assert.deepEqual(netmasks("255.255.255.255"), [undefined, undefined]);
  assert.deepEqual(netmasks(64), [undefined, 64]);
  assert.deepEqual(netmasks(128), [undefined, undefined]);
});

test("virtualService() puts servers without a port on that of the service", () => {
  const [web, marked] = servicesOf({
    ...plain,
    members: [addresses("192.0.2.1", "192.0.2.1", 8080), mark(7)],
    protocol: "tcp",
  });
  assert.ok(web !== undefined && marked !== undefined);
  const table = {
    destinations: [to(1, 1, 0), to(2, 1, 81)],
    undecided: [endpoint("10.0.0.3", 0), endpoint("10.0.0.4", 81)],
  };
  const ports = (service: typeof web) => {
    const { destinations, undecided } = virtualService(service, table);
    return [...destinations, ...undecided].map(({ port }) => port);
  };
  assert.deepEqual(ports(web), [8080, 81, 8080, 81]);
  assert.deepEqual(ports(marked), [0, 81, 0, 81]);
});

test("virtualService() has a server once, be it the sorry server too", () => {
  const [service] = servicesOf({ ...plain, members: [mark(7)] });
  assert.ok(service !== undefined);
  const destinations = [to(1, 0), to(2, 5), to(1, 1), to(2, 4)];
  assert.deepEqual(virtualService(service, { destinations, undecided: [] }), {
    service,
    destinations: [to(1, 1), to(2, 5)],
    undecided: [],
  });
});
