import { type Decoded, fault } from "@keepalived/bytes";
import {
  type AttributeFault,
  type AttributeTable,
  type AttributeValues,
  type AttributeWriter,
  decodeAttributes,
  decodeGeneric,
  encodeAttributes,
  type GenericFault,
  GENL_HDRLEN,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";

/** What the kernel calls IPVS among the families of generic netlink. */
export const IPVS_FAMILY = "IPVS";

/** A request that lacks the number that the kernel gave the family: {@linkcode addressTo} adds it. */
export type IpvsRequest = Omit<NetlinkRequest, "type">;

/** The request as it goes out. @param family number of {@linkcode IPVS_FAMILY}, from `getFamily` */
export function addressTo(family: number, request: IpvsRequest): NetlinkRequest {
  const { name, flags, body } = request;
  return { name, type: family, flags, body };
}

/** Why the body of an answer was refused. */
export type IpvsFault =
  | AttributeFault
  | GenericFault
  /** Not the kind of message that was asked for. */
  | "ipvs-command"
  /** An attribute that each such message has is not there. */
  | "ipvs-incomplete"
  /** Neither IPv4 nor IPv6. */
  | "ipvs-family"
  /** Too short for an address of its family, or for a netmask. */
  | "ipvs-address";

/** Numbers of the operations (`IPVS_CMD_*`). */
export const commands = {
  newService: 1,
  setService: 2,
  deleteService: 3,
  getService: 4,
  newDestination: 5,
  setDestination: 6,
  deleteDestination: 7,
  getDestination: 8,
  newDaemon: 9,
  deleteDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
  setInformation: 14,
  getInformation: 15,
  zero: 16,
  flush: 17,
} as const;

/** The name of an operation. */
export type Command = keyof typeof commands;

const IPVS_GENL_VERSION = 1;

/** What every request has in common. */
export type RequestParts<Table extends AttributeTable> = {
  /** The words of the equal command, without `ipvsadm`. */
  readonly words: string;
  readonly command: Command;
  /** The answer is a table. */
  readonly dump?: boolean;
  readonly table: Table;
  readonly values: AttributeValues<Table>;
  /** For many requests. */
  readonly writer?: AttributeWriter;
};

/** A request: the header of generic netlink, then attributes. */
export function request<const Table extends AttributeTable>(
  parts: RequestParts<Table>,
): IpvsRequest {
  const { words, command, dump = false, table, values, writer } = parts;
  const body = encodeAttributes(table, values, GENL_HDRLEN, writer);
  body[0] = commands[command];
  body[1] = IPVS_GENL_VERSION;
  return {
    name: `ipvsadm ${words}`,
    flags: NLM_F_REQUEST | NLM_F_ACK | (dump ? NLM_F_DUMP : 0),
    body,
  };
}

/** The attributes of an answer's body. @param command what the kernel says with it */
export function decodeBody<const Table extends AttributeTable>(
  table: Table,
  body: Uint8Array,
  command: Command,
): Decoded<AttributeValues<Table>, IpvsFault> {
  const header = decodeGeneric(body);
  if (!header.ok) return header;
  if (header.value.command !== commands[command]) return fault("ipvs-command", 0);
  return decodeAttributes(table, body, GENL_HDRLEN);
}
