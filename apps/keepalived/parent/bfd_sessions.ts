import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import type { SessionReport } from "../control.ts";
import type { Role } from "../self.ts";

/**
 * What the BFD process says of its sessions, for the processes that are to hear of it.
 *
 * A session that nobody has seen, or nobody looks at any more, is down.
 */
export class BfdSessions {
  #configs: ReadonlyMap<string, BfdInstanceConfig> = new Map();
  #reports: ReadonlyMap<string, SessionReport> = new Map();

  /** Knows of these from now on; those that it knew stay as they are. */
  configure(sessions: readonly BfdInstanceConfig[]): void {
    const before = this.#reports;
    this.#configs = new Map(sessions.map((it) => [it.name, it]));
    this.#reports = new Map(
      sessions.map(({ name }) => [name, before.get(name) ?? { name, up: false }]),
    );
  }

  /** @returns what is new of it */
  take(reports: readonly SessionReport[]): readonly SessionReport[] {
    const news = reports.filter(({ name, up }) => {
      const known = this.#reports.get(name);
      return known !== undefined && known.up !== up;
    });
    this.#reports = new Map([
      ...this.#reports,
      ...news.map((report) => [report.name, report] as const),
    ]);
    return news;
  }

  /** Nobody looks at them any more. @returns what is new of it */
  lose(): readonly SessionReport[] {
    return this.take([...this.#reports.keys()].map((name) => ({ name, up: false })));
  }

  /** How all are now that a child is to hear of. */
  for(role: Role): readonly SessionReport[] {
    return this.of(role, [...this.#reports.values()]);
  }

  /** Those of some that a child is to hear of. */
  of(role: Role, reports: readonly SessionReport[]): readonly SessionReport[] {
    return reports.filter(({ name }) => {
      const notifies = this.#configs.get(name)?.notifies;
      return role === "vrrp" && notifies?.vrrp === true ||
        role === "check" && notifies?.checker === true;
    });
  }
}
