import type { Ending } from "@keepalived/checkers";
import { type Config, loadConfig, type VirtualServer } from "@keepalived/keepalived-config";
import type { LvsEvent } from "../../notify/event.ts";
import type { AttemptingConfig } from "../attempting_checker.ts";
import { Balancer, type BalancerWorld } from "../balancer.ts";
import { VirtualTime } from "../ipvs/testing/virtual_time.ts";
import { Watchers } from "../watchers.ts";

/** The configuration of a text. @throws Error if it has errors */
export function configOf(text: string): Config {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (config === undefined || errors.length > 0) {
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  }
  return config;
}

/** A virtual server on 192.0.2.1:80 that checks each second, without warm-up. */
export function virtualServerText(
  lines: string,
  servers: Readonly<Record<string, string>>,
): string {
  const all = Object.entries(servers).map(([address, more]) =>
    `real_server ${address} 80 {\nweight 1\n${more}\n}\n`
  );
  return `virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\ndelay_loop 1\n` +
    `warmup 0\n${lines}\n${all.join("")}}\n`;
}

/** A TCP checker with a retry. */
export const tcpCheck = "TCP_CHECK {\nretry 1\ndelay_before_retry 1\n}";

/** An attempt that waits for its end. */
export type Attempt = {
  readonly checker: AttemptingConfig;
  readonly end: (ending: Ending) => void;
  abandoned: boolean;
};

/** One virtual server on virtual time, with everything around it under control. */
export class Stage {
  readonly time: VirtualTime = new VirtualTime();
  readonly log: string[] = [];
  readonly told: string[] = [];
  /** Commands that were to be run. */
  readonly commands: string[] = [];
  /** What the kernel is to have, by owner: `192.0.2.1:80 > 1:1 2:0 ?3`. */
  readonly table: Map<string, readonly string[]> = new Map();
  readonly attempts: Attempt[] = [];
  /** Whether servers answer, by the last number of the address; those that are absent wait. */
  readonly answers: Map<number, Ending> = new Map();
  readonly files: Map<string, number> = new Map();
  readonly sessions: Map<string, boolean> = new Map();
  localAddress: string | undefined = "192.0.2.1";
  /** Whether the machine is in maintenance. */
  isAway = false;
  readonly balancer: Balancer;
  readonly #fileWatchers = new Watchers();
  readonly #sessionWatchers = new Watchers();

  readonly #initNotifies: boolean;

  constructor(text: string, { initNotifies = false }: { readonly initNotifies?: boolean } = {}) {
    this.#initNotifies = initNotifies;
    this.balancer = new Balancer(virtualServerOf(text), this.#world());
  }

  /** Starts it, and runs for a time. */
  async start(forS = 0): Promise<void> {
    this.balancer.start();
    await this.run(forS);
  }

  /** A reload. */
  configure(text: string): void {
    this.balancer.configure(virtualServerOf(text));
  }

  /** Lets time pass. */
  run(forS: number): Promise<void> {
    return this.time.pass(forS * 1_000_000);
  }

  /** Writes a tracked file. */
  write(name: string, value: number): void {
    this.files.set(name, value);
    this.#fileWatchers.tell(name);
  }

  /** Moves a BFD session. */
  session(name: string, up: boolean): void {
    this.sessions.set(name, up);
    this.#sessionWatchers.tell(name);
  }

  /** Takes what was told since the last call. */
  take(): readonly string[] {
    return this.told.splice(0);
  }

  /** What the kernel is to have of the only owner. */
  get wanted(): readonly string[] {
    return [...this.table.values()].flat();
  }

  #world(): BalancerWorld {
    return {
      scheduler: this.time,
      log: (_, text) => void this.log.push(text),
      notifier: { notify: (event) => this.#tell(event as LvsEvent) },
      table: {
        set: (owner, services) =>
          this.table.set(
            owner,
            services.map(({ service: { key }, destinations, undecided = [] }) => {
              const name = "fwmark" in key ? `fwmark ${key.fwmark}` : `${key.address}:${key.port}`;
              const last = (address: string) => address.split(".").at(-1);
              return [
                `${name} >`,
                ...destinations.map(({ address, weight }) => `${last(address)}:${weight}`),
                ...undecided.map(({ address }) => `?${last(address)}`),
              ].join(" ");
            }),
          ),
      },
      startAttempt: (checker, _, done) => this.#attempt(checker, done),
      files: {
        value: (name) => this.files.get(name),
        watch: (name, onChange) => this.#fileWatchers.watch(name, onChange),
      },
      sessions: {
        value: (name) => this.sessions.get(name),
        watch: (name, onChange) => this.#sessionWatchers.watch(name, onChange),
      },
      membersOf: ({ members }) => members,
      localAddress: (members) =>
        members.some((it) => it.kind === "addresses" && it.first === this.localAddress)
          ? this.localAddress
          : undefined,
      seed: () => 1,
      isAway: () => this.isAway,
      initNotifies: () => this.#initNotifies,
      owner: () => "0",
      programSoon: (balancer) => balancer.program(),
    };
  }

  #attempt(checker: AttemptingConfig, done: (ending: Ending) => void) {
    const attempt: Attempt = { checker, end: done, abandoned: false };
    this.attempts.push(attempt);
    const address = "connection" in checker ? checker.connection.address : "";
    const ending = this.answers.get(Number(address.split(".").at(-1)));
    if (ending !== undefined) {
      this.time.deadline(() => {
        if (!attempt.abandoned) done(ending);
      }).setAt(this.time.nowUs());
    }
    return { abandon: () => attempt.abandoned = true };
  }

  #tell(event: LvsEvent): void {
    const { kind, name, up, command } = event;
    this.told.push(`${kind === "real-server" ? "RS" : "VS"} ${name} ${up ? "UP" : "DOWN"}`);
    if (command !== undefined) this.commands.push(command.argv.join(" "));
  }
}

function virtualServerOf(text: string): VirtualServer {
  const [virtualServer] = configOf(text).virtualServers;
  if (virtualServer === undefined) throw new Error("No virtual server in the text");
  return virtualServer;
}
