import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { NetlinkMessage } from "@keepalived/netlink-codec";
import {
  decodeNotification,
  listAddresses,
  listLinks,
  multicastGroups,
  type Notification,
} from "@keepalived/netlink-route";
import { NetlinkConnection, type Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { addressLine } from "./address_line.ts";
import type { Interfaces } from "./interfaces.ts";

export type NetlinkReflectorOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** What it keeps in step with the kernel. */
  readonly interfaces: Interfaces;
  /** Whether every address that comes or goes is logged. */
  readonly monitorsAddresses: boolean;
  /** Told after the interfaces know. */
  readonly onNotification: (notification: Notification) => void;
  /** The kernel dropped notifications: what it has is to be {@linkcode NetlinkReflector.read} again. */
  readonly onOverrun: () => void;
};

/** Room for the acknowledgements of all requests that may be under way, beside notifications. */
const leastBufferBytes = 2_097_152;

/** What of a configuration says how much room there is. */
type NetlinkBuffers = Pick<GlobalConfig["vrrp"], "commandBuffer" | "monitorBuffer">;

/** Links and addresses as the kernel has them. Over the same connection the process asks the kernel for changes. */
export class NetlinkReflector {
  readonly connection: NetlinkConnection;
  readonly #options: NetlinkReflectorOptions;
  #bufferBytes = leastBufferBytes;
  /** Notifications that came while the kernel's tables are read, to be taken after them. */
  #early: Notification[] | undefined;

  constructor(options: NetlinkReflectorOptions) {
    const { link, ipv4Address, ipv6Address } = multicastGroups;
    this.#options = options;
    this.connection = new NetlinkConnection(options.reactor, {
      groups: [link, ipv4Address, ipv6Address],
      // Addresses of hundreds that take over at once are not to wait: neighbours would be told of them first.
      limits: { outstanding: 1024 },
      receiveBufferBytes: leastBufferBytes,
      onNotification: (message) => this.#notice(message),
      onOverrun: options.onOverrun,
    });
  }

  /** Makes more room for what the kernel says, if a configuration asks for it. */
  configure({ commandBuffer, monitorBuffer }: NetlinkBuffers): void {
    const bytes = Math.max(leastBufferBytes, commandBuffer.bytes, monitorBuffer.bytes);
    if (bytes === this.#bufferBytes) return;
    this.#bufferBytes = bytes;
    this.connection.resizeReceiveBuffer(bytes);
  }

  /** Learns all that the kernel has. @throws NetlinkError (as a rejection) */
  async read(): Promise<void> {
    const early = this.#early ??= [];
    const present: Notification[] = [];
    for (const request of [listLinks(), listAddresses()]) {
      for (const message of await this.connection.request(request)) {
        const notification = this.#decode(message);
        if (notification !== undefined) present.push(notification);
      }
    }
    this.#early = undefined;
    this.#options.interfaces.reset(present);
    for (const notification of early) this.#take(notification);
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }

  #notice(message: NetlinkMessage): void {
    const notification = this.#decode(message);
    if (notification === undefined) return;
    if (this.#early === undefined) this.#take(notification);
    else this.#early.push(notification);
  }

  #take(notification: Notification): void {
    const { log, interfaces, monitorsAddresses, onNotification } = this.#options;
    const line = monitorsAddresses ? addressLine(notification, interfaces) : undefined;
    if (line !== undefined) log("info", line);
    interfaces.apply(notification);
    onNotification(notification);
  }

  #decode(message: NetlinkMessage): Notification | undefined {
    const decoded = decodeNotification(message);
    if (decoded.ok) return decoded.value;
    const { fault } = decoded.error;
    this.#options.log("warning", `Netlink: cannot read a notification: ${fault}`);
    return undefined;
  }
}
