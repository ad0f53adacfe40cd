/** What tests of trackers share: a reactor that runs until something holds, a folder, a configuration from text. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";

/** A running reactor and a folder, gone when disposed. */
export class Bench {
  readonly reactor: Reactor = new Reactor();
  readonly folder: string = mkdtempSync(join(tmpdir(), "keepalived-trackers-"));
  readonly said: string[] = [];
  readonly changes: string[] = [];
  readonly #running: Promise<void> = this.reactor.run();
  readonly log: Log = (_severity, text) => void this.said.push(text);
  readonly onChange = (name: string): void => void this.changes.push(name);

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Waits for a condition. @throws Error if it does not hold in time */
  async until(what: string, condition: () => boolean, withinMs = 5000): Promise<void> {
    const limit = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > limit) {
        throw new Error(`${what}: not within ${withinMs} ms\n${this.said.join("\n")}`);
      }
      await this.sleep(5);
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reactor.stop();
    await this.#running;
    this.reactor[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }
}

/** The configuration of a text that has no errors. */
export function configOf(text: string): Config {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (config === undefined || errors.length > 0) {
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  }
  return config;
}

/** An instance on eth0 with some lines. */
export function instanceText(name: string, id: number, lines = ""): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n` +
    `virtual_ipaddress {\n10.0.0.${id}\n}\n${lines}\n}\n`;
}
