import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseHex } from "@keepalived/bytes";
import { type NetlinkMessage, splitMessages } from "@keepalived/netlink-codec";

/** Number of the family in the recorded runs. */
export const recordedFamily = 32;

/** One recorded command. */
export type Vector = {
  readonly name: string;
  readonly command: string;
  /** What it sent to IPVS, each with the messages that answer it. */
  readonly exchanges: readonly {
    readonly sent: NetlinkMessage;
    readonly received: readonly NetlinkMessage[];
  }[];
  /** What it printed. */
  readonly output: readonly string[];
};

const folder = fileURLToPath(new URL("../testdata", import.meta.url));

/** Every recorded command, by the name of its file. */
export function readVectors(): readonly Vector[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt") && name !== "INDEX.txt");
  return files.map((file) => file.slice(0, -".txt".length)).sort().map(readVector);
}

/** One recorded command. */
export function readVector(name: string): Vector {
  const lines = readFileSync(join(folder, `${name}.txt`), "utf8").split("\n");
  const exchanges: { sent: NetlinkMessage; received: NetlinkMessage[] }[] = [];
  for (const line of lines) {
    const [direction, hex] = line.split(" ");
    if (direction !== ">" && direction !== "<") continue;
    const split = splitMessages(parseHex(hex ?? "") ?? new Uint8Array(0));
    if (!split.ok) throw new Error(`${name}: ${split.error.fault}`);
    for (const message of split.value) {
      if (direction === ">") exchanges.push({ sent: message, received: [] });
      else {
        // Several may be under way.
        exchanges.findLast(({ sent }) =>
          sent.sequence === message.sequence && sent.portId === message.portId
        )?.received.push(message);
      }
    }
  }
  const printed = lines.indexOf("# output of the command:");
  return {
    name,
    command: lines[0]?.replace("# command: ", "") ?? "",
    exchanges: exchanges.filter(({ sent }) => sent.type === recordedFamily),
    output: printed < 0
      ? []
      : lines.slice(printed + 1).filter((line) => line.startsWith("#")).map((line) =>
        line.slice(4)
      ),
  };
}

/** Messages that carry something of IPVS. */
export function dataOf(messages: readonly NetlinkMessage[]): readonly Uint8Array[] {
  return messages.filter(({ type }) => type === recordedFamily).map(({ body }) => body);
}
