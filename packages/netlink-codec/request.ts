import { encodeMessage, NLM_F_DUMP } from "./message.ts";

/**
 * A request for the kernel as a value: all but the sequence number and port id, which the connection adds.
 *
 * Its flags say how it ends: with `NLM_F_DUMP` any number of answers and `done`; otherwise with `NLM_F_ACK`, at most
 * one answer and `acknowledged` or `refused`.
 */
export type NetlinkRequest = {
  /** The equal command, to name the request in messages: `ip address add 192.0.2.1/24 dev if3`. */
  readonly name: string;
  readonly type: number;
  /** `NLM_F_*`, complete. */
  readonly flags: number;
  /** What follows the message header. */
  readonly body: Uint8Array;
};

/** The message of a request. @param portId that of the sending socket; the kernel takes 0 as well */
export function encodeRequest(
  request: NetlinkRequest,
  sequence: number,
  portId: number = 0,
): Uint8Array {
  const { type, flags, body } = request;
  return encodeMessage({ type, flags, sequence, portId, body });
}

/** Whether the answer is a table that ends with `done`, rather than an acknowledgement. */
export function isDump(request: NetlinkRequest): boolean {
  return (request.flags & NLM_F_DUMP) === NLM_F_DUMP;
}
