import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endsWithUs } from "./contenders.ts";
import { type Packet, PcapReader } from "./pcap.ts";
import { workFolder } from "./work_folder.ts";

/** A connection that somebody began to open over the loopback interface. */
export type Opening = {
  /** Microseconds since 1970, as the kernel saw it. */
  readonly atUs: number;
  /** The IPv4 address of the server, as a number. */
  readonly target: number;
  /** Of the connection's first byte: the same if the kernel asks again. */
  readonly sequence: number;
};

/** Bytes of Ethernet and of an IPv4 header without options. */
const etherBytes = 14;
const ipBytes = 20;

/**
 * Writes down who is connected to on a port of this machine: the kernel's times, whatever the daemon, the servers and
 * this program are late by.
 */
export class ConnectionCapture {
  readonly #process: ChildProcess;
  readonly #file: string;
  readonly #said: Promise<string>;

  private constructor(process: ChildProcess, file: string, said: Promise<string>) {
    this.#process = process;
    this.#file = file;
    this.#said = said;
  }

  /** Returns when it listens. */
  static async start(port: number): Promise<ConnectionCapture> {
    const file = join(workFolder(), "connections.pcap");
    const filter = `tcp dst port ${port} and tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn`;
    const words = ["dumpcap", "-P", "-q", "-i", "lo", "-s", "64", "-B", "32", "-f", filter];
    const [program = "", ...args] = [...endsWithUs, ...words, "-w", file];
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr?.setEncoding("utf8").on("data", (part: string) => void (text += part));
    const said = once(child, "close").then(() => text);
    for (let attempt = 0; !text.includes("File:"); attempt++) {
      if (attempt === 500 || child.exitCode !== null) throw new Error(`dumpcap: ${text}`);
      await sleep(20);
    }
    return new ConnectionCapture(child, file, said);
  }

  /** @throws Error if some were missed */
  async stop(): Promise<readonly Opening[]> {
    this.#process.kill("SIGTERM");
    const said = await this.#said;
    const dropped = /dropped on interface '[^']*': \d+\/(\d+)/.exec(said)?.[1];
    if (dropped !== "0") throw new Error(`dumpcap has not seen all: ${said}`);
    const openings: Opening[] = [];
    new PcapReader((packet) => openings.push(openingOf(packet))).push(readFileSync(this.#file));
    rmSync(this.#file);
    return openings;
  }
}

function openingOf({ atUs, bytes }: Packet): Opening {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ip = etherBytes;
  return { atUs, target: view.getUint32(ip + 16), sequence: view.getUint32(ip + ipBytes + 4) };
}

/** What is to be seen of checks that each target should have once in an interval. */
export type Pace = {
  /** Connections; one that the kernel has to ask for twice counts once. */
  readonly checks: number;
  /** From one check of a target to its next, or to the end if that is longer than it should be: microseconds. */
  readonly gapsUs: readonly number[];
};

/** @param window from when to when openings count, microseconds since 1970 */
export function paceOf(
  openings: readonly Opening[],
  targets: number,
  { fromUs, toUs, intervalUs }: {
    readonly fromUs: number;
    readonly toUs: number;
    readonly intervalUs: number;
  },
): Pace {
  const last = new Map<number, Opening>();
  const gapsUs: number[] = [];
  let checks = 0;
  for (const opening of openings) {
    if (opening.atUs < fromUs || opening.atUs > toUs) continue;
    const before = last.get(opening.target);
    if (before?.sequence === opening.sequence) continue;
    if (before !== undefined) gapsUs.push(opening.atUs - before.atUs);
    last.set(opening.target, opening);
    checks++;
  }
  for (const { atUs } of last.values()) if (toUs - atUs > intervalUs) gapsUs.push(toUs - atUs);
  for (let never = last.size; never < targets; never++) gapsUs.push(toUs - fromUs);
  return { checks, gapsUs };
}
