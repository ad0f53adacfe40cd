import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeArp, decodeEthernet, decodeIpv4, etherType } from "@keepalived/inet-codec";
import type { IpAddress, MacAddress } from "@keepalived/ip-address";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Host } from "../../tools/lab/network.ts";
import { endsWithUs } from "./contenders.ts";
import { type Packet, PcapReader } from "./pcap.ts";

/** All times are microseconds since 1970, of the machine's one real-time clock. */
export type Advert = {
  readonly atUs: number;
  readonly source: IpAddress;
  readonly priority: number;
};
export type AddressEvent = { readonly atUs: number; readonly address: IpAddress };

/**
 * What happens on the interface `eth0` of a host, with the times at which it did and not those at which we heard of it.
 *
 * Packets have the kernel's own time stamps. Address notifications have none: `ip monitor` takes their time, with
 * real-time priority, so that it runs as soon as the kernel wakes it. Both are programs of their own, which unlike the
 * lab's `Wire` leave this one asleep while something is measured.
 */
export class Wire {
  readonly adverts: Advert[] = [];
  /** Gratuitous ARPs of this host, requests and replies. */
  readonly announcements: AddressEvent[] = [];
  /** Notifications that the kernel added an IPv4 address. */
  readonly additions: AddressEvent[] = [];
  readonly #ownMac: MacAddress;
  readonly #children: ChildProcess[] = [];
  #sinceUs = 0;

  private constructor(ownMac: MacAddress) {
    this.#ownMac = ownMac;
  }

  /** Listens from the time on when this has resolved. */
  static async open(host: Host): Promise<Wire> {
    const wire = new Wire(host.mac);
    wire.#children.push(
      await startCapture(host, "ip proto 112 or arp", (packet) => wire.#take(packet)),
      await startMonitor(host, (event) => {
        if (event.atUs >= wire.#sinceUs) wire.additions.push(event);
      }),
    );
    wire.clear();
    return wire;
  }

  /** Forgets what happened so far, told or not. */
  clear(): void {
    this.#sinceUs = Date.now() * 1000;
    for (const list of [this.adverts, this.announcements, this.additions]) list.length = 0;
  }

  advertsOf(source: IpAddress): readonly Advert[] {
    return this.adverts.filter((advert) => advert.source === source);
  }

  /** Waits until something has been seen; a fraction of a second late. @throws Error if it never is */
  async until(
    condition: () => boolean,
    options: { readonly what: string; readonly limitMs?: number },
  ): Promise<void> {
    const { what, limitMs = 10_000 } = options;
    const deadlineMs = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > deadlineMs) throw new Error(`Waited ${limitMs} ms for ${what}`);
      await sleep(5);
    }
  }

  /** Waits until everything that has happened before has been told. */
  async settle(): Promise<void> {
    await captureSettled();
  }

  dispose(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }

  #take({ atUs, bytes }: Packet): void {
    const frame = decodeEthernet(bytes);
    if (!frame.ok || atUs < this.#sinceUs) return;
    const { payload } = frame.value;
    if (frame.value.etherType === etherType.arp) {
      const arp = decodeArp(payload);
      if (!arp.ok) return;
      const { senderAddress: address, targetAddress } = arp.value;
      if (address === targetAddress && frame.value.source === this.#ownMac) {
        this.announcements.push({ atUs, address });
      }
      return;
    }
    const packet = decodeIpv4(payload);
    if (!packet.ok) return;
    const advert = decodeAdvertisement(packet.value.payload, packet.value);
    if (!advert.ok) return;
    this.adverts.push({ atUs, source: packet.value.source, priority: advert.value.priority });
  }
}

/** Captures on an interface of a host, or on `any`, what a filter of pcap-filter(7) lets through. Kill the process to end it. */
export async function startCapture(
  host: Host,
  filter: string,
  onPacket: (packet: Packet) => void,
  device = "eth0",
): Promise<ChildProcess> {
  const words = ["dumpcap", "-q", "-P", "-i", device, "-f", filter, "-w", "-"];
  const capture = host.start([...endsWithUs, ...words]);
  const reader = new PcapReader(onPacket);
  capture.stdout?.on("data", (bytes: Uint8Array) => reader.push(bytes));
  await said(capture, /Capturing on/);
  return capture;
}

/** Tells of each IPv4 address that comes to any interface of a host. Kill the process to end it. */
export async function startMonitor(
  host: Host,
  onAddition: (event: AddressEvent) => void,
): Promise<ChildProcess> {
  const monitor = host.start(
    [
      ...[...endsWithUs, "chrt", "--fifo", "50", "stdbuf", "--output=L"],
      ...["ip", "-tshort", "-oneline", "monitor", "address"],
    ],
    { env: { TZ: "UTC" } },
  );
  // Shows that it listens.
  const probe = "192.0.2.254";
  let listens = false;
  createInterface({ input: monitor.stdout as Readable }).on("line", (line) => {
    const event = parseAddition(line);
    if (event === undefined) return;
    if (event.address === probe) listens = true;
    else onAddition(event);
  });
  for (let attempts = 50; !listens; attempts--) {
    if (attempts === 0) throw new Error("The monitor of addresses tells nothing");
    host.run(`ip address add ${probe}/32 dev lo`);
    host.run(`ip address delete ${probe}/32 dev lo`);
    await sleep(20);
  }
  return monitor;
}

/** dumpcap hands on what it has four times a second. */
const captureDelayMs = 400;

/** Waits until captures have told of everything that has happened before. */
export async function captureSettled(): Promise<void> {
  await sleep(captureDelayMs);
}

/** `[2026-11-21T11:30:29.414170] 3: eth0    inet 192.0.2.100/24 scope global eth0\ …`, in UTC. */
export function parseAddition(line: string): AddressEvent | undefined {
  const found = /^\[([-\dT:]+)\.(\d{6})\] \d+: \S+ +inet ([\d.]+)\//.exec(line);
  if (found === null) return undefined;
  const [, second, fraction, address = ""] = found;
  return { atUs: Date.parse(`${second}Z`) * 1000 + Number(fraction), address };
}

async function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = "";
  const seen = new Promise<void>((resolve) =>
    child.stderr?.on("data", (chunk) => {
      text += String(chunk);
      if (pattern.test(text)) resolve();
    })
  );
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnargs.join(" ")} ended with status ${code}: ${text}`);
  });
  await Promise.race([seen, ended]);
  ended.catch(() => {}); // From now on its end is wanted.
}
