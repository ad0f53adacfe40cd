import { formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

/** Room for every address that the kernel returns (`struct sockaddr_storage`). */
export const SOCKADDR_BYTES = 128;

/** Where a packet comes from or goes to. */
export type SocketAddress =
  | { readonly family: "ipv4"; readonly address: IpAddress; readonly port: number }
  | {
    readonly family: "ipv6";
    readonly address: IpAddress;
    readonly port: number;
    /** Index of the interface for a link-local address, else 0. */
    readonly scopeId: number;
  }
  | {
    readonly family: "packet";
    /** Ethertype. */
    readonly protocol: number;
    readonly interfaceIndex: number;
    /** Hardware address, up to 8 bytes. */
    readonly address: Uint8Array;
    /** To us 0, broadcast 1, multicast 2, to others 3, sent by us 4. */
    readonly packetType: number;
  }
  | {
    readonly family: "netlink";
    /** 0 is the kernel. */
    readonly portId: number;
    /** The first 32 multicast groups as a mask. */
    readonly groups: number;
  }
  /** A path; one that begins with a zero byte is in the abstract namespace, an empty one is unnamed. */
  | { readonly family: "unix"; readonly path: string };

/** The bytes of a `sockaddr`. @throws RangeError for an address that cannot be written */
export function encodeSocketAddress(value: SocketAddress): Uint8Array {
  switch (value.family) {
    case "ipv4":
      return encodeIpv4(value.address, value.port);
    case "ipv6": {
      const { bytes, view } = start(28, AF_INET6);
      view.setUint16(2, value.port);
      bytes.set(ipToBytes(value.address), 8);
      view.setUint32(24, value.scopeId, true);
      return bytes;
    }
    case "packet": {
      const { bytes, view } = start(20, AF_PACKET);
      view.setUint16(2, value.protocol);
      view.setInt32(4, value.interfaceIndex, true);
      view.setUint8(10, value.packetType);
      view.setUint8(11, value.address.length);
      bytes.set(value.address, 12);
      return bytes;
    }
    case "netlink": {
      const { bytes, view } = start(12, AF_NETLINK);
      view.setUint32(4, value.portId, true);
      view.setUint32(8, value.groups, true);
      return bytes;
    }
    case "unix":
      return encodeUnix(value.path);
  }
}

/** The address in the bytes of a `sockaddr`, or undefined for a family that we do not know or too few bytes. */
export function decodeSocketAddress(bytes: Uint8Array): SocketAddress | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (view.getUint16(0, true)) {
    case AF_INET:
      if (bytes.length < 16) return undefined;
      return { family: "ipv4", address: formatIp(bytes.subarray(4, 8)), port: view.getUint16(2) };
    case AF_INET6:
      if (bytes.length < 28) return undefined;
      return {
        family: "ipv6",
        address: formatIp(bytes.subarray(8, 24)),
        port: view.getUint16(2),
        scopeId: view.getUint32(24, true),
      };
    case AF_PACKET: {
      // The kernel gives only as much of the hardware address as there is.
      if (bytes.length < 12) return undefined;
      return {
        family: "packet",
        protocol: view.getUint16(2),
        interfaceIndex: view.getInt32(4, true),
        packetType: view.getUint8(10),
        address: bytes.slice(12, 12 + Math.min(8, view.getUint8(11))),
      };
    }
    case AF_NETLINK:
      if (bytes.length < 12) return undefined;
      return {
        family: "netlink",
        portId: view.getUint32(4, true),
        groups: view.getUint32(8, true),
      };
    case AF_UNIX:
      return { family: "unix", path: decodeUnixPath(bytes.subarray(2)) };
    default:
      return undefined;
  }
}

function start(length: number, family: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  return { bytes, view };
}

function encodeIpv4(address: IpAddress, port: number): Uint8Array {
  const { bytes, view } = start(16, AF_INET);
  view.setUint16(2, port);
  bytes.set(ipToBytes(address), 4);
  return bytes;
}

function encodeUnix(path: string): Uint8Array {
  const name = new TextEncoder().encode(path);
  // An abstract name has no terminator: its length tells where it ends.
  const terminator = path === "" || path.startsWith("\0") ? 0 : 1;
  if (name.length + terminator > 108) throw new RangeError(`Too long for a socket: ${path}`);
  const { bytes } = start(2 + name.length + terminator, AF_UNIX);
  bytes.set(name, 2);
  return bytes;
}

function decodeUnixPath(name: Uint8Array): string {
  const abstract = name[0] === 0;
  const end = name.indexOf(0, abstract ? 1 : 0);
  return new TextDecoder().decode(end < 0 || abstract ? name : name.subarray(0, end));
}
