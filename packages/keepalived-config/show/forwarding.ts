import type { Forwarding } from "../model_lvs.ts";
import { type Said, words } from "./entry.ts";

const CHECKSUMS = { none: "nocsum", checksum: "csum", "remote-checksum": "remcsum" } as const;

/** `NAT`, `DR`, `TUN type gue port N csum`. */
export function forwardingWords(it: Forwarding): readonly Said[] {
  if (it.method !== "tunnel") return words(it.method === "direct-route" ? "DR" : "NAT");
  const { type, port, checksum } = it.tunnel;
  const options = port === undefined ? [] : ["port", port];
  return words("TUN", "type", type, ...options, CHECKSUMS[checksum]);
}
