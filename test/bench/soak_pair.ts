import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Daemon } from "../../tools/lab/daemon.ts";
import { Network } from "../../tools/lab/network.ts";
import { processTree } from "../../tools/lab/processes.ts";
import type { Contender } from "./contenders.ts";
import { parseRollup } from "./memory.ts";
import { workFolder } from "./work_folder.ts";

type Node = "a" | "b";

/** What one process has, in bytes, and its open descriptors. */
export type Footprint = {
  /** Data in the JavaScript heap after a collection; NaN: not told yet. */
  readonly heap: number;
  /** Compiled code in it. */
  readonly code: number;
  readonly rss: number;
  readonly private: number;
  readonly descriptors: number;
};

const heapProbe = fileURLToPath(new URL("./heap_probe.cjs", import.meta.url));

/** Two daemons of one kind, with a sync group and every sort of tracker, and means to disturb them. */
export class SoakPair {
  readonly network: Network;
  readonly a: Daemon;
  readonly b: Daemon;
  readonly #folder: string;
  #reloads = 0;

  private constructor(network: Network, folder: string, contender: Contender, periodMs: number) {
    this.network = network;
    this.#folder = folder;
    mkdirSync(join(folder, "heap"));
    for (const node of ["a", "b"] as const) {
      this.setScript(node, true);
      this.setFile(node, 0);
    }
    const environment = {
      ...contender.environment,
      NODE_OPTIONS: `--require ${heapProbe}`,
      BENCH_HEAP_FOLDER: join(folder, "heap"),
      BENCH_HEAP_PERIOD_MS: String(periodMs),
    };
    const wrapper = [
      "env",
      ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ];
    const start = (name: Node) =>
      new Daemon(network.host(name), {
        folder,
        name,
        config: this.#configOf(name),
        flags: "-nlG",
        wrapper,
      });
    this.a = start("a");
    this.b = start("b");
  }

  /** @param periodMs how often processes tell of their heaps */
  static async start(contender: Contender, periodMs: number): Promise<SoakPair> {
    const network = await Network.create([
      { name: "a", addresses: ["192.0.2.1/24", "fe80::a/64"] },
      { name: "b", addresses: ["192.0.2.2/24", "fe80::b/64"] },
    ]);
    const folder = join(workFolder(), `soak-${contender.name}`);
    mkdirSync(folder);
    return new SoakPair(network, folder, contender, periodMs);
  }

  /** Has the tracked script of a node succeed or fail. */
  setScript(node: Node, succeeds: boolean): void {
    const file = join(this.#folder, `${node}-fails`);
    if (succeeds) rmSync(file, { force: true });
    else writeFileSync(file, "");
  }

  /** What a node's tracked file says. */
  setFile(node: Node, value: number): void {
    writeFileSync(join(this.#folder, `${node}-value`), `${value}\n`);
  }

  /** Has both read their configuration again, with a virtual router more or less. */
  reload(): void {
    this.#reloads++;
    for (const node of ["a", "b"] as const) {
      this[node].configure(this.#configOf(node));
      this[node].signal("SIGHUP");
    }
  }

  /** Of each process, by its name. */
  footprints(): ReadonlyMap<string, Footprint> {
    const footprints = new Map<string, Footprint>();
    for (const node of ["a", "b"] as const) {
      const [parent, ...children] = processTree(this[node].pid).toReversed();
      // Others are scripts, which come and go.
      for (const [role, pid] of [["parent", parent], ["vrrp", children[0]]] as const) {
        if (pid !== undefined) footprints.set(`${node} ${role}`, this.#footprintOf(pid));
      }
    }
    return footprints;
  }

  /** How often a node became MASTER with any of its virtual routers. */
  takeovers(): number {
    return [this.a, this.b].reduce((sum, it) => sum + it.lines(/Entering MASTER STATE/).length, 0);
  }

  async stop(): Promise<readonly (number | string)[]> {
    return [await this.a.stop(), await this.b.stop()];
  }

  async dispose(): Promise<void> {
    for (const daemon of [this.a, this.b]) await daemon.crash();
    await this.network.dispose();
  }

  #footprintOf(pid: number): Footprint {
    const { rss, private: own } = parseRollup(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    return { ...this.#heapOf(pid), rss, private: own, descriptors };
  }

  #heapOf(pid: number): Pick<Footprint, "heap" | "code"> {
    const folder = join(this.#folder, "heap");
    if (!readdirSync(folder).includes(String(pid))) return { heap: NaN, code: NaN };
    const last = readFileSync(join(folder, String(pid)), "utf8").trim().split("\n").at(-1) ?? "";
    const [heap = NaN, code = NaN] = last.split(" ").map(Number);
    return { heap, code };
  }

  #configOf(node: Node): string {
    const priority = node === "a" ? 120 : 100;
    const file = (name: string) => join(this.#folder, `${node}-${name}`);
    const instance = (name: string, id: number, lines: string) =>
      `vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${id}
    priority ${priority}
    advert_int 0.1
    ${lines}
}
`;
    return `global_defs {
    vrrp_version 3
    script_user root
    vrrp_notify_fifo ${file("fifo")}
}
vrrp_script check {
    script "/bin/sh -c 'test ! -e ${file("fails")}'"
    interval 1
    rise 1
    fall 1
}
track_file value {
    file ${file("value")}
}
vrrp_track_process sleeper {
    process soak-sleeper
    weight -5
}
vrrp_sync_group G {
    group {
        V4
        V6
    }
    notify "/bin/true"
}
${
      instance(
        "V4",
        51,
        `virtual_ipaddress {\n192.0.2.100/24\n}\ntrack_interface {\neth0 weight 0\n}\ntrack_script {\ncheck\n}`,
      )
    }${instance("V6", 52, "virtual_ipaddress {\nfe80::100/64\n}")}${
      instance(
        "FILE",
        53,
        `virtual_ipaddress {\n192.0.2.101/24\n}\ntrack_file {\nvalue weight 1\n}\ntrack_process {\nsleeper\n}\nnotify "/bin/true"`,
      )
    }${
      this.#reloads % 2 === 0 ? "" : instance("MORE", 54, "virtual_ipaddress {\n192.0.2.102/24\n}")
    }`;
  }
}
