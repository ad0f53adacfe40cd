import { readFileSync } from "node:fs";
import { type Decoded } from "@keepalived/bytes";
import { ENOENT, EPERM, NETLINK_GENERIC } from "@keepalived/linux";
import { decodeFamily, getFamily } from "@keepalived/netlink-codec";
import {
  addressTo,
  decodeDestination,
  decodeInformation,
  decodeService,
  type DestinationEntry,
  getInformation,
  IPVS_FAMILY,
  type IpvsRequest,
  listDestinations,
  listServices,
  type ServiceEntry,
  type ServiceKey,
} from "@keepalived/netlink-ipvs";
import {
  type BatchFailures,
  NetlinkConnection,
  NetlinkError,
  type Reactor,
} from "@keepalived/reactor";
import { ExitError, exitStatus } from "../../exit_status.ts";
import { runProgram } from "../../program.ts";
import { insideNamespace } from "./namespace.ts";

/** Which IPVS, and how to talk to it. */
export type IpvsOptions = {
  /** Network namespace whose IPVS it is; empty: that of process 1; absent: that of this process. */
  readonly namespace?: string | undefined;
  /** 0 or absent: 1 MiB. */
  readonly receiveBufferBytes?: number;
};

/** A service of the kernel's table with its destinations. */
export type KernelService = ServiceEntry & { readonly destinations: readonly DestinationEntry[] };

/** Changes in one datagram: some 100 KiB, half of what the kernel takes. */
export const batchLength = 512;

/** Entries that are decoded before other work gets its turn: some milliseconds. */
const entriesPerTurn = 500;

/** What carries requests to the kernel. */
export type IpvsConnection = Pick<NetlinkConnection, "request" | "batch"> & Disposable;

/** What else it takes of the world. */
export type IpvsHelpers = {
  /** Calls back soon, after other work had its turn. */
  readonly post: (callback: () => void) => void;
  /** Tries to load the module. */
  readonly loadModule: () => Promise<void>;
};

/** The IPVS of the kernel, in one network namespace. */
export class Ipvs implements Disposable {
  readonly #connection: IpvsConnection;
  readonly #helpers: IpvsHelpers;
  /** The number that the running kernel gave it. */
  #family = 0;
  #version = "";

  constructor(connection: IpvsConnection, helpers: IpvsHelpers) {
    this.#connection = connection;
    this.#helpers = helpers;
  }

  /** The kernel's IPVS, found. @throws ExitError (as a rejection) if there is none for us */
  static async open(reactor: Reactor, options: IpvsOptions = {}): Promise<Ipvs> {
    const ipvs = new Ipvs(connect(reactor, options), {
      post: (callback) => reactor.post(callback),
      loadModule: () => loadModule(reactor),
    });
    await ipvs.find();
    return ipvs;
  }

  /** `1.2.1` */
  get version(): string {
    return this.#version;
  }

  /** Asks the kernel for it, which is loaded if need be. @throws ExitError (as a rejection) if there is none for us */
  async find(): Promise<void> {
    try {
      await this.#ask().catch(async (error) => {
        if (!(error instanceof NetlinkError) || error.errno !== ENOENT) throw error;
        await this.#helpers.loadModule();
        await this.#ask();
      });
    } catch (error) {
      this[Symbol.dispose]();
      throw error instanceof NetlinkError ? unavailable(error) : error;
    }
  }

  /** Sends changes in order, in one datagram: at most {@linkcode batchLength}. @returns which failed */
  batch(requests: readonly IpvsRequest[]): Promise<BatchFailures> {
    return new Promise((resolve) =>
      this.#connection.batch(requests.map((it) => addressTo(this.#family, it)), resolve)
    );
  }

  /** Sends one request. @returns the bodies of the messages that answer it. @throws NetlinkError (as a rejection) */
  async request(request: IpvsRequest): Promise<readonly Uint8Array[]> {
    const messages = await this.#connection.request(addressTo(this.#family, request));
    return messages.map(({ body }) => body);
  }

  /**
   * The kernel's table.
   *
   * @param isWanted of which services the destinations are asked for; absent: of all. The others are left out
   * @throws NetlinkError (as a rejection)
   */
  async read(
    isWanted: (key: ServiceKey) => boolean = () => true,
  ): Promise<readonly KernelService[]> {
    const table: KernelService[] = [];
    const list = listServices();
    for (const body of await this.request(list)) {
      const entry = answered(list, decodeService(body));
      const { key } = entry.service;
      if (!isWanted(key)) continue;
      const request = listDestinations(key);
      const destinations: DestinationEntry[] = [];
      for (const body of await this.request(request)) {
        destinations.push(answered(request, decodeDestination(body, key)));
        if (destinations.length % entriesPerTurn === 0) {
          await new Promise<void>((resolve) => this.#helpers.post(resolve));
        }
      }
      table.push({ ...entry, destinations });
    }
    return table;
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #ask(): Promise<void> {
    const question = getFamily(IPVS_FAMILY);
    const [found] = await this.#connection.request(question);
    this.#family = answered(question, decodeFamily(found?.body ?? new Uint8Array(0))).id;
    const request = getInformation();
    const [body] = await this.request(request);
    this.#version = answered(request, decodeInformation(body ?? new Uint8Array(0))).version;
  }
}

const EBADMSG = 74;
const loadTimeoutUs = 10_000_000;

/** What was decoded. @throws NetlinkError if the kernel did not say what it was asked for */
export function answered<T>(
  request: { readonly name: string },
  decoded: Decoded<T, string>,
): T {
  if (decoded.ok) return decoded.value;
  const { fault, offset } = decoded.error;
  const text = `Malformed answer, ${fault}`;
  throw new NetlinkError(request.name, { errno: EBADMSG, text, offset });
}

/** Most kernels load the module themselves when they are asked for the family; this is for the others. */
function loadModule(reactor: Reactor): Promise<void> {
  const argv = [loaderPath(), "-q", "ip_vs"];
  // Whatever comes of it, the next question tells.
  return new Promise((resolve) =>
    runProgram(
      reactor,
      { argv, capabilities: ["CAP_SYS_MODULE"], timeoutUs: loadTimeoutUs },
      () => resolve(),
    )
  );
}

function loaderPath(): string {
  try {
    return readFileSync("/proc/sys/kernel/modprobe", "utf8").trim() || "/sbin/modprobe";
  } catch {
    return "/sbin/modprobe"; // A kernel without modules, or no /proc: it will fail, and the family stay unknown.
  }
}

/** Why there is none for us, in one sentence. */
function unavailable(error: NetlinkError): ExitError {
  if (error.errno === EPERM) {
    return new ExitError(
      exitStatus.missingPermission,
      "Cannot program IPVS: this process lacks CAP_NET_ADMIN; run it as root or grant the capability, or check without IPVS by --no-ipvs",
    );
  }
  const reason = error.errno === ENOENT
    ? "this kernel has none, and the module ip_vs cannot be loaded"
    : error.message;
  return new ExitError(
    exitStatus.fatal,
    `Cannot use IPVS: ${reason}; with --no-ipvs servers are checked and nothing is programmed`,
  );
}

function connect(reactor: Reactor, { namespace, receiveBufferBytes = 0 }: IpvsOptions) {
  return insideNamespace(namespace, () =>
    new NetlinkConnection(reactor, {
      protocol: NETLINK_GENERIC,
      ...receiveBufferBytes > 0 && { receiveBufferBytes },
    }));
}
