import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { encodePcap } from "../../tools/lab/pcap.ts";
import type { Frame } from "../../tools/lab/wire.ts";

const execute = promisify(execFile);

/** One frame as Wireshark's dissectors see it. */
export type Dissection = {
  readonly protocols: string;
  /** `Good` and `Bad` of every checksum in the frame, outermost first. */
  readonly checksums: readonly string[];
  /** Whatever the experts find worth saying: malformed packets, wrong checksums, odd values. */
  readonly remarks: readonly string[];
  readonly priority: number | undefined;
  readonly gratuitousArp: boolean;
  readonly neighbourAdvertisement: boolean;
};

const fields = [
  "frame.protocols",
  "ip.checksum.status",
  "icmpv6.checksum.status",
  "vrrp.checksum.status",
  "_ws.expert.message",
  "_ws.malformed",
  "vrrp.prio",
  "arp.isgratuitous",
  "icmpv6.type",
];

const NEIGHBOUR_ADVERTISEMENT = "136";
const GOOD = "1";

/** Lets tshark dissect frames, every checksum verified. Writes a capture file beside, to look into after a failure. */
export async function dissect(
  file: string,
  frames: readonly Omit<Frame, "port">[],
): Promise<Dissection[]> {
  writeFileSync(file, encodePcap(frames));
  const { stdout } = await execute("tshark", [
    ...["-r", file, "-n", "-T", "fields", "-E", "aggregator=|"],
    ...["-o", "ip.check_checksum:TRUE"],
    // An address that moves to another host is what all this is for.
    ...["-o", "arp.detect_duplicate_ips:FALSE"],
    ...fields.flatMap((field) => ["-e", field]),
  ], { maxBuffer: 1 << 28 });
  return stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [protocols, ip, icmp, vrrp, expert, malformed, priority, arp, type] = line.split("\t");
    return {
      protocols: protocols ?? "",
      checksums: words(ip, icmp, vrrp).map((status) => status === GOOD ? "Good" : "Bad"),
      remarks: words(expert, malformed),
      priority: priority ? Number(priority) : undefined,
      gratuitousArp: arp === "1" || arp === "True",
      neighbourAdvertisement: type === NEIGHBOUR_ADVERTISEMENT,
    };
  });
}

function words(...values: readonly (string | undefined)[]): readonly string[] {
  return values.flatMap((value) => value ? value.split("|") : []);
}
