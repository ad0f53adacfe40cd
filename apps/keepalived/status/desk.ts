import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { groupIdOf } from "../machine/accounts.ts";
import { controlSocketPath } from "./client/socket_path.ts";
import { serveMethod } from "./control/methods.ts";
import { ControlServer } from "./control/server.ts";
import type { Dumps } from "./dump/dumps.ts";
import type { Premises } from "./premises.ts";

export type DeskOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly premises: Premises;
  /** The pid file of the parent, beside which the control socket is unless the configuration says otherwise. */
  readonly pidFile: string;
};

/** Where operators and other programs ask the daemon: its control socket, and signals that want dumps. */
export class Desk {
  readonly #options: DeskOptions;
  #server: ControlServer | undefined;
  /** Where and for whom it listens, or tried to. */
  #place = "";
  #dumps: Promise<Dumps> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Opens what the configuration wants; what is as before is not touched. What cannot be opened is logged. */
  configure(): void {
    const { premises, pidFile } = this.#options;
    const { global } = premises.config();
    const path = controlSocketPath(global, pidFile);
    const group = global.desk.control === "off" ? undefined : global.desk.control.group;
    const place = JSON.stringify([path, group]);
    if (place === this.#place) return;
    this.#place = place;
    this.#server?.[Symbol.dispose]();
    this.#server = path === undefined ? undefined : this.#listen(path, group);
  }

  /** A signal asked for a dump. */
  async dump(what: "data" | "stats" | "stats-clear" | "json"): Promise<void> {
    const dumps = await this.#dumper();
    switch (what) {
      case "data":
        return await dumps.data();
      case "stats":
        return await dumps.stats(false);
      case "stats-clear":
        return await dumps.stats(true);
      case "json":
        return await dumps.json();
    }
  }

  [Symbol.dispose](): void {
    this.#server?.[Symbol.dispose]();
    this.#server = undefined;
  }

  #listen(path: string, group: string | undefined): ControlServer | undefined {
    const { reactor, log, premises } = this.#options;
    const groupId = group === undefined ? undefined : groupIdOf(group);
    if (group !== undefined && groupId === undefined) {
      log("warning", `control_group: there is no group '${group}': only root may ask`);
    }
    try {
      return new ControlServer({
        reactor,
        log,
        path,
        groupId,
        serve: (method, params) =>
          serveMethod(method, params, { premises, dump: (what) => this.dump(what) }),
      });
    } catch (error) {
      log("warning", `Nobody can ask the daemon: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Most daemons never write a dump: loaded when one is wanted. */
  #dumper(): Promise<Dumps> {
    return this.#dumps ??= import("./dump/dumps.ts").then(({ Dumps }) =>
      new Dumps(this.#options.premises, this.#options.log)
    );
  }
}
