import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseHex } from "@keepalived/bytes";
import {
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  etherType,
  ipProtocol,
  multicastMac,
} from "@keepalived/inet-codec";
import type { IpFamily } from "@keepalived/ip-address";
import { nextRandom } from "@keepalived/machine";
import {
  type Advertisement,
  encodeAdvertisement,
  headerAuthentication,
  simpleText,
  vrrpGroup,
} from "@keepalived/vrrp-codec";

/** The virtual router that is to be disturbed, and who is seen to do it. */
export type Target = {
  readonly family: IpFamily;
  /** What its routers would accept, of the highest priority. */
  readonly advertisement: Advertisement;
  /** A router of it: advertisements to its own address are not for a multicast instance. */
  readonly router: { readonly mac: string; readonly address: string };
  readonly attacker: { readonly mac: string; readonly address: string };
  /** Packets that look as if they came from who knows its secret. */
  readonly forgeries?: readonly Packet[];
};

/** Uniform integers below a limit. */
type Random = (limit: number) => number;

/** A packet to send: by default VRRP of hop limit 255 to the group. */
export type Packet = {
  readonly message: Uint8Array;
  readonly protocol?: number;
  readonly hopLimit?: number;
  readonly destination?: string;
  readonly destinationMac?: string;
};

/** Bytes of a message that its checksum covers and that do not choose how far it reaches. */
const flippable = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11];

/**
 * Frames without end, none of which a router of the target may act on: recorded advertisements with a bit flipped, cut
 * off or with another hop limit, random bytes, and well-formed advertisements that are wrong in one thing. A seed gives
 * always the same.
 */
export function* garbage(target: Target, seed: number): Generator<Uint8Array, never> {
  const recorded = recordedMessages(target.family);
  const random = randomIntegers(seed);
  const makers: readonly (() => Packet)[] = [
    ...[...wrongInOneThing(target), ...target.forgeries ?? []].map((packet) => () => packet),
    () => ({ message: flipped(pick(recorded, random), random) }),
    () => ({ message: cutOff(pick(recorded, random), random) }),
    () => ({ message: pick(recorded, random), hopLimit: random(255) }),
    () => ({ message: randomBytes(random) }),
    () => ({ message: randomBody(target.advertisement, random) }),
  ];
  for (;;) for (const make of makers) yield frameOf(target, make());
}

/** Frames without end that a router of the target must act on: the same advertisement with nothing wrong. */
export function* intact(target: Target): Generator<Uint8Array, never> {
  const path = { source: target.attacker.address, destination: vrrpGroup[target.family] };
  for (;;) yield frameOf(target, { message: encodeAdvertisement(target.advertisement, path) });
}

/** Advertisements that a router of the target would act on, but for one thing. */
function wrongInOneThing(target: Target): readonly Packet[] {
  const { advertisement, family } = target;
  const path = { source: target.attacker.address, destination: vrrpGroup[target.family] };
  const otherwise = (change: Partial<Advertisement>) =>
    encodeAdvertisement({ ...advertisement, ...change }, path);
  const good = otherwise({});
  const packets: Packet[] = [
    { message: good, hopLimit: 254 },
    { message: otherwise({ virtualRouterId: advertisement.virtualRouterId + 1 }) },
    { message: good.with(0, good[0] === undefined ? 0 : (good[0] & 0xf0) | 2) },
    { message: good.with(7, (good[7] ?? 0) ^ 1) },
    { message: good.subarray(0, 8) },
    { message: new Uint8Array() },
    {
      message: encodeAdvertisement(advertisement, {
        source: target.attacker.address,
        destination: target.router.address,
      }),
      destination: target.router.address,
      destinationMac: target.router.mac,
    },
  ];
  if (advertisement.version === 2) {
    for (const authentication of [simpleText("wrong"), headerAuthentication()]) {
      packets.push({ message: otherwise({ authentication }) });
    }
    packets.push({ message: otherwise({ maxAdvertiseIntervalUs: 7_000_000 }) });
  }
  if (family === 4) {
    const { authentication: _, ...rest } = advertisement;
    const version = advertisement.version === 2 ? 3 : 2;
    const other = { ...rest, version, maxAdvertiseIntervalUs: 1_000_000 } as const;
    packets.push({ message: encodeAdvertisement(other, path) });
  }
  return packets;
}

function frameOf(target: Target, packet: Packet): Uint8Array {
  const {
    destination = vrrpGroup[target.family],
    hopLimit = 255,
    protocol = ipProtocol.vrrp,
  } = packet;
  const fields = {
    source: target.attacker.address,
    destination,
    hopLimit,
    protocol,
    payload: packet.message,
  };
  return encodeEthernet({
    source: target.attacker.mac,
    destination: packet.destinationMac ?? multicastMac(destination),
    etherType: target.family === 4 ? etherType.ipv4 : etherType.ipv6,
    payload: target.family === 4 ? encodeIpv4(fields) : encodeIpv6(fields),
  });
}

/** The messages of every frame that the codec's tests have recorded, of one family. */
function recordedMessages(family: IpFamily): readonly Uint8Array[] {
  const folder = fileURLToPath(
    new URL("../../packages/vrrp-codec/testdata/", import.meta.url),
  );
  return readdirSync(folder).filter((name) => name.endsWith(".txt")).sort().flatMap((name) =>
    readFileSync(`${folder}${name}`, "utf8").split(/^>.*$/m).flatMap((part) => {
      const hex = part.split("\n").filter((line) => /^[0-9a-f]+$/.test(line)).join("");
      const frame = parseHex(hex);
      if (frame === undefined) throw new RangeError(`${name}: not hexadecimal`);
      return messageOf(frame, family);
    })
  );
}

function messageOf(frame: Uint8Array, family: IpFamily): readonly Uint8Array[] {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok) return [];
  const { etherType: type, payload } = ethernet.value;
  if (type !== (family === 4 ? etherType.ipv4 : etherType.ipv6)) return [];
  const packet = family === 4 ? decodeIpv4(payload) : decodeIpv6(payload);
  return packet.ok ? [packet.value.payload] : [];
}

function flipped(message: Uint8Array, random: Random): Uint8Array {
  const at = pick(flippable, random);
  return message.with(at, (message[at] ?? 0) ^ (1 << random(8)));
}

/** At most the header and half an address are left. */
function cutOff(message: Uint8Array, random: Random): Uint8Array {
  return message.subarray(0, random(11));
}

function randomBytes(random: Random): Uint8Array {
  return Uint8Array.from({ length: random(1400) }, () => random(256));
}

/** The right beginning, and then whatever. */
function randomBody({ version, virtualRouterId }: Advertisement, random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 8 + random(64) }, () => random(256));
  return bytes.with(0, (version << 4) | 1).with(1, virtualRouterId);
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new RangeError("Cannot pick from an empty list");
  return item;
}

function randomIntegers(seed: number): Random {
  let next = seed;
  return (limit) => {
    const { value, seed } = nextRandom(next);
    next = seed;
    return Math.floor(value * limit);
  };
}
