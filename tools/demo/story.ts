import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Reactor } from "@keepalived/reactor";
import { Capture } from "../lab/capture.ts";
import { Network } from "../lab/network.ts";
import { crash } from "../lab/processes.ts";
import { defaultConfig } from "./default_config.ts";
import { Observer } from "./observer.ts";
import { View } from "./view.ts";

export type StoryOptions = {
  readonly runtime: "node" | "deno";
  /** The user's own configuration for both routers; undefined: the built-in one. */
  readonly config: string | undefined;
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const clientAddress = "192.168.200.10";

const routers = [
  { name: "router1", state: "MASTER", priority: 150, address: "192.168.200.1" },
  { name: "router2", state: "BACKUP", priority: 100, address: "192.168.200.2" },
] as const;

type Router = (typeof routers)[number];

/** Tells the story and returns the exit status: 0 if everything happened as it should. */
export async function runStory(options: StoryOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-demo-"));
  const view = new View();
  const reactor = new Reactor();
  const loop = reactor.run();
  const network = await Network.create([
    ...routers.map(({ name, address }) => ({ name, addresses: [`${address}/24`] })),
    { name: "client", addresses: [`${clientAddress}/24`] },
  ]);
  const story = new Story(options, folder, view, network, reactor);
  let ended = false;
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve(130));
  });
  try {
    return await Promise.race([story.tell(), interrupted, loop.then(() => 1)]);
  } catch (error) {
    view.end();
    process.stderr.write(`demo: ${(error as Error).message}\n${story.logTail()}`);
    return 1;
  } finally {
    if (!ended) {
      ended = true;
      view.end();
      story.dispose();
      await network.dispose();
      rmSync(folder, { recursive: true, force: true });
      reactor.stop();
    }
  }
}

class Story {
  readonly #options: StoryOptions;
  readonly #folder: string;
  readonly #view: View;
  readonly #network: Network;
  readonly #observer: Observer;
  readonly #capture: Capture;
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #pings = { sent: 0, lost: 0, recent: "" };
  readonly #logs: string[] = [];
  #drawing: ReturnType<typeof setInterval> | undefined;
  #step = "";

  constructor(
    options: StoryOptions,
    folder: string,
    view: View,
    network: Network,
    reactor: Reactor,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#view = view;
    this.#network = network;
    this.#observer = new Observer();
    this.#capture = new Capture(
      reactor,
      network.bridge,
      "br0",
      (frame, atUs) => this.#observer.see(frame, atUs),
    );
  }

  async tell(): Promise<number> {
    const [first, second] = routers;
    this.#view.say(`Two routers and a client on one bridge, daemons on ${this.#options.runtime}.`);
    this.#drawing = setInterval(() => this.#draw(), 200);
    this.#begin("Both routers start");
    this.#startDaemon(first);
    this.#startDaemon(second);
    const master = await this.#waitFor(() => this.#master(), 20_000, "no router became MASTER");
    const other = master === first ? second : first;
    const { address, priority } = this.#lastOf(master);
    this.#view.say(`  ${master.name} is MASTER with priority ${priority} and holds ${address}.`);
    this.#startClient(address);
    await this.#waitFor(
      () => this.#pings.recent.endsWith("●●●●●") || undefined,
      10_000,
      `the client gets no answer from ${address}`,
    );
    await sleep(2000);

    this.#begin(`${master.name} loses its power (kill -9)`);
    const lostBefore = this.#pings.lost;
    crash(this.#daemons.get(master.name)?.pid ?? 0);
    this.#network.setCable(master.name, false);
    const last = this.#lastOf(master);
    const takeover = await this.#waitFor(
      () => this.#observer.firstAfter(other.address, last.atUs),
      20_000,
      `${other.name} did not take over`,
    );
    const theory = last.intervalUs * 3 + last.skewUs(takeover.priority);
    this.#view.say(
      `  ${other.name} is MASTER ${
        seconds(takeover.atUs - last.atUs)
      } after the last advert of ${master.name}; the protocol says ${seconds(theory)}.`,
    );
    await this.#waitFor(
      () => this.#holders(address).includes(other.name) || undefined,
      2000,
      `${other.name} has not the address`,
    );
    await sleep(2000);
    const lost = this.#pings.lost - lostBefore;
    this.#view.say(
      `  The client lost ${lost} pings of 20 ms, ${seconds(lost * 20_000)} without an answer.`,
    );

    this.#begin(`${master.name} comes back`);
    this.#network.host(master.name).run(`ip address flush dev eth0`);
    this.#network.host(master.name).run(`ip address add ${master.address}/24 dev eth0`);
    this.#network.setCable(master.name, true);
    const lostAtReturn = this.#pings.lost;
    const backAtUs = takeover.atUs;
    this.#startDaemon(master);
    const preempts = this.#lastOf(master).priority > this.#lastOf(other).priority;
    if (preempts) {
      const back = await this.#waitFor(
        () => this.#observer.firstAfter(master.address, backAtUs),
        20_000,
        `${master.name} did not preempt`,
      );
      await this.#waitFor(
        () => this.#master() === master || undefined,
        20_000,
        `${other.name} did not yield`,
      );
      this.#view.say(
        `  ${master.name} preempts with priority ${back.priority}, ${other.name} yields.`,
      );
    }
    await sleep(2000);
    const back = this.#holders(address);
    if (back.length !== 1) throw new Error(`${address} is on ${back.join(" and ") || "no router"}`);
    this.#view.say(
      `  ${address} is on ${back[0]} alone; the client lost ${
        this.#pings.lost - lostAtReturn
      } pings on the way back.`,
    );

    this.#begin("Both routers stop");
    for (const daemon of this.#daemons.values()) daemon.kill("SIGTERM");
    await this.#waitFor(
      () => this.#daemons.size === 0 || undefined,
      10_000,
      "a daemon did not stop",
    );
    const left = this.#holders(address);
    if (left.length > 0) throw new Error(`${address} was left on ${left.join(" and ")}`);
    this.#view.say("  Both resigned and left nothing behind.");
    return 0;
  }

  dispose(): void {
    clearInterval(this.#drawing);
    for (const daemon of this.#daemons.values()) crash(daemon.pid ?? 0);
    this.#capture[Symbol.dispose]();
  }

  /** The last lines that the daemons logged. */
  logTail(): string {
    return this.#logs.slice(-20).map((line) => `  ${line}\n`).join("");
  }

  #begin(step: string): void {
    this.#step = step;
    this.#view.say(`\n${step}`);
  }

  #startDaemon(router: Router): void {
    const file = (name: string) => join(this.#folder, `${router.name}.${name}`);
    const text = this.#options.config === undefined
      ? defaultConfig(router)
      : readFileSync(this.#options.config, "utf8");
    writeFileSync(file("conf"), text);
    const daemon = this.#network.host(router.name).start([
      join(root, "bin/keepalived"),
      ...["-n", "-l", "-D", "-G", "-f", file("conf"), "-p", file("pid"), "-r", file("vrrp.pid")],
    ], { env: { KEEPALIVED_RUNTIME: this.#options.runtime }, stdio: ["ignore", "ignore", "pipe"] });
    this.#daemons.set(router.name, daemon);
    daemon.once("exit", () => this.#daemons.delete(router.name));
    if (daemon.stderr === null) return;
    createInterface({ input: daemon.stderr }).on("line", (line) => {
      this.#logs.push(`${router.name}: ${line}`);
    });
  }

  #startClient(address: string): void {
    const client = this.#network.host("client");
    client.run(`ip route replace ${address}/32 dev eth0`);
    const script = fileURLToPath(new URL("client.ts", import.meta.url));
    const child = client.start([process.execPath, ...process.execArgv, script, address], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#pings.sent++;
      if (line === "lost") this.#pings.lost++;
      this.#pings.recent = (this.#pings.recent + (line === "ok" ? "●" : "·")).slice(-40);
    });
  }

  #lastOf(router: Router) {
    const last = this.#observer.last(router.address);
    if (last === undefined) throw new Error(`no advert of ${router.name} was seen`);
    return last;
  }

  /** The router whose adverts are on the wire now, if it is one alone. */
  #master(): Router | undefined {
    const talking = routers.filter(({ address }) => this.#observer.isTalking(address));
    return talking.length === 1 ? talking[0] : undefined;
  }

  #holders(address: string): readonly string[] {
    return routers.map(({ name }) => name).filter((name) =>
      this.#network.host(name).holds(address)
    );
  }

  #draw(): void {
    const address = this.#observer.address ?? "";
    this.#view.draw({
      step: this.#step,
      address,
      pings: this.#pings,
      routers: routers.map((router) => {
        const talking = this.#observer.isTalking(router.address);
        const running = this.#daemons.has(router.name);
        return {
          name: router.name,
          state: talking ? "MASTER" : running ? "BACKUP" : "down",
          holdsAddress: talking,
          adverts: this.#observer.count(router.address),
        };
      }),
    });
  }

  async #waitFor<T>(condition: () => T | undefined, limitMs: number, failure: string): Promise<T> {
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 20) {
      const value = condition();
      if (value !== undefined) return value;
      await sleep(20);
    }
    throw new Error(failure);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(4)} s`;
}
