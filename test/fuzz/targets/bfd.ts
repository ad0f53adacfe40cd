import { decodeControlPacket, encodeControlPacket } from "@keepalived/bfd-codec";
import { equalBytes } from "@keepalived/bytes";
import type { Target } from "../engine/target.ts";
import { obeyControlPacket } from "./bfd_laws.ts";
import { framesIn, join, split } from "./support.ts";

/** Bits of the first byte. */
const repaired = 1;

/** BFD control packets, with authentication sections of all kinds. */
export const target: Target = {
  name: "bfd",
  about: "BFD control packets, authentication sections",
  laws: ["codec", "what is accepted obeys the ladder of the standard", "one line describes it"],
  isText: false,
  mostBytes: 100,
  seeds: () => {
    const captured = framesIn(new URL("../../../packages/bfd-codec/testdata/", import.meta.url))
      .map((frame) => frame.slice(14 + (frame[12] === 0x08 ? 20 : 40) + 8));
    return [...captured, ...captured.slice(0, 1).flatMap(authenticated)]
      .flatMap((packet) => [join(0, packet), join(repaired, packet)]);
  },
  check: (input) => {
    const { choice, bytes } = split(input);
    if ((choice & repaired) !== 0 && bytes.length > 3) bytes[3] = Math.min(255, bytes.length);
    obeyControlPacket(bytes);
  },
};

/** The packet with a section of each kind. */
function authenticated(bytes: Uint8Array): readonly Uint8Array[] {
  const decoded = decodeControlPacket(bytes);
  if (!decoded.ok) return [];
  const digest = (type: 2 | 3 | 4 | 5) => ({
    kind: "digest" as const,
    ...{ type, keyId: 1, sequenceNumber: 2 },
    digest: new Uint8Array(type < 4 ? 16 : 20),
  });
  return [
    { kind: "password" as const, keyId: 1, password: Uint8Array.of(0x61, 0x62) },
    ...([2, 3, 4, 5] as const).map(digest),
    { kind: "other" as const, type: 9, data: Uint8Array.of(1) },
  ].map((authentication) => encodeControlPacket({ ...decoded.value, authentication }))
    .filter((packet) => !equalBytes(packet, bytes));
}
