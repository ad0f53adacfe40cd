import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  decodeArp,
  decodeEthernet,
  decodeIcmpEcho,
  decodeIpv4,
  etherType,
  ipProtocol,
} from "@keepalived/inet-codec";
import type { MacAddress } from "@keepalived/ip-address";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Host } from "../../tools/lab/network.ts";
import { endsWithUs } from "./contenders.ts";
import { captureSettled, startCapture } from "./wire.ts";
import type { Packet } from "./pcap.ts";

/** An echo request, and who answered it: the Ethernet address, which tells routers apart that have one IP address. */
export type Ping = { readonly sentUs: number; answeredBy?: MacAddress };

/** The foreign function interface is experimental, and says so. */
const quiet = ["--disable-warning=ExperimentalWarning"];
const pinger = fileURLToPath(new URL("./pinger.ts", import.meta.url));

/**
 * A machine on the network that uses the virtual address: pings it each millisecond.
 *
 * All times are the kernel's, of one capture on its interface: of what it sends, of what it receives, and of the
 * advertisements that pass. Microseconds since 1970.
 */
export class Client {
  /** In the order of sending. */
  readonly pings: Map<number, Ping> = new Map();
  /** When advertisements passed, and their senders. */
  readonly adverts: { readonly atUs: number; readonly sentBy: MacAddress }[] = [];
  /** The same for gratuitous ARPs. */
  readonly announcements: { readonly atUs: number; readonly sentBy: MacAddress }[] = [];
  readonly #children: readonly ChildProcess[];
  #sinceUs = 0;

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Begins to ping an address, there or not. */
  static async open(host: Host, address: string): Promise<Client> {
    const children: ChildProcess[] = [];
    const client = new Client(children);
    children.push(
      await startCapture(host, "icmp or arp or ip proto 112", (packet) => client.#take(packet)),
    );
    children.push(
      host.start([...endsWithUs, process.execPath, ...quiet, pinger, address], {
        stdio: "inherit",
      }),
    );
    return client;
  }

  /** Forgets what was so far. */
  clear(): void {
    this.#sinceUs = Date.now() * 1000;
    this.pings.clear();
    this.adverts.length = 0;
    this.announcements.length = 0;
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
    const { source } = frame.value;
    if (frame.value.etherType === etherType.arp) {
      const arp = decodeArp(frame.value.payload);
      if (!arp.ok || arp.value.senderAddress !== arp.value.targetAddress) return;
      this.announcements.push({ atUs, sentBy: source });
      return;
    }
    const packet = decodeIpv4(frame.value.payload);
    if (!packet.ok) return;
    const { payload, protocol } = packet.value;
    if (protocol === ipProtocol.vrrp) {
      const advert = decodeAdvertisement(payload, packet.value);
      if (advert.ok) this.adverts.push({ atUs, sentBy: source });
      return;
    }
    const echo = decodeIcmpEcho(payload, packet.value);
    if (!echo.ok) return;
    const { kind, identifier, sequenceNumber } = echo.value;
    const number = identifier * 65_536 + sequenceNumber;
    if (kind === "request") this.pings.set(number, { sentUs: atUs });
    else {
      const ping = this.pings.get(number);
      if (ping !== undefined) ping.answeredBy ??= source;
    }
  }
}
