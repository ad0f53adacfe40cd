import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { Log } from "../../log.ts";
import { readSetting, writeSetting } from "../devices/sysctl.ts";
import type { Interfaces } from "../interfaces.ts";

/**
 * `promote_secondaries`: on interfaces of these instances the kernel keeps the other addresses of a network when the first
 * one is removed.
 */
export class PromotedSecondaries {
  readonly #interfaces: Interfaces;
  readonly #log: Log;
  /** By name of the interface: its index, and the setting that it had before. */
  readonly #before = new Map<string, { readonly index: number; readonly value: number }>();
  #wanted: ReadonlySet<string> = new Set();

  constructor(interfaces: Interfaces, log: Log) {
    this.#interfaces = interfaces;
    this.#log = log;
  }

  /** Sets it where instances ask for it, and gives the others back what they had. */
  configure(
    instances: readonly Pick<VrrpInstanceConfig, "promoteSecondaries" | "interface">[],
  ): void {
    const names = instances.flatMap((it) => it.promoteSecondaries ? it.interface ?? [] : []);
    this.#wanted = new Set(names);
    for (const [name, { index, value }] of this.#before) {
      if (this.#wanted.has(name)) continue;
      this.#before.delete(name);
      if (this.#interfaces.link(name)?.index === index) write(name, value, this.#log);
    }
    this.linksChanged();
  }

  /** An interface that has come gets it too. */
  linksChanged(): void {
    for (const name of this.#wanted) {
      const index = this.#interfaces.link(name)?.index;
      if (index === undefined || this.#before.get(name)?.index === index) continue;
      this.#before.set(name, { index, value: readSetting(pathOf(name)) ?? 0 });
      write(name, 1, this.#log);
    }
  }
}

function write(name: string, value: number, log: Log): void {
  writeSetting(pathOf(name), value, log);
}

function pathOf(name: string): string {
  return `ipv4/conf/${name}/promote_secondaries`;
}
