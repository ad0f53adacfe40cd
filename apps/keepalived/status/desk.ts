import type { Config } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { groupIdOf } from "../machine/accounts.ts";
import { controlSocketPath } from "./client/socket_path.ts";
import { serveMethod } from "./control/methods.ts";
import { ControlServer } from "./control/server.ts";
import { Inquiry } from "./ask.ts";
import type { StatusDocument } from "./document.ts";
import type { MetricsPlace, MetricsServer } from "./metrics/metrics_server.ts";
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
  readonly #inquiry: Inquiry;
  #server: ControlServer | undefined;
  /** Where and for whom it listens, or tried to. */
  #place = "";
  #dumps: Promise<Dumps> | undefined;
  readonly #metrics: MetricsServer[] = [];
  #metricsPlaces = "[]";

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#inquiry = new Inquiry(options.premises);
  }

  /** Opens what the configuration wants; what is as before is not touched. What cannot be opened is logged. */
  configure(): void {
    this.#listenForRequests();
    void this.#serveMetrics();
  }

  #listenForRequests(): void {
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

  /** Serves metrics where the configuration wants it; the code for that is loaded only then. */
  async #serveMetrics(): Promise<void> {
    const { desk } = this.#options.premises.config().global;
    const places = metricsPlaces(desk);
    const wanted = JSON.stringify(places);
    if (wanted === this.#metricsPlaces) return;
    this.#metricsPlaces = wanted;
    for (const server of this.#metrics.splice(0)) server[Symbol.dispose]();
    if (places.length === 0) return;
    const { MetricsServer } = await import("./metrics/metrics_server.ts");
    const { metricsText } = await import("./metrics/metrics_text.ts");
    if (this.#metricsPlaces !== wanted) return;
    const { log } = this.#options;
    const text = async () => {
      const document = JSON.parse(await this.#inquiry.document("full")) as StatusDocument;
      return metricsText(document);
    };
    for (const place of places) this.#metrics.push(new MetricsServer({ log, place, text }));
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

  /** Logs the data that a dump has. */
  async logData(): Promise<void> {
    await (await this.#dumper()).logData();
  }

  [Symbol.dispose](): void {
    this.#server?.[Symbol.dispose]();
    this.#server = undefined;
    this.#metricsPlaces = "";
    for (const server of this.#metrics.splice(0)) server[Symbol.dispose]();
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
          serveMethod(method, params, {
            premises,
            inquiry: this.#inquiry,
            dump: (what) => this.dump(what),
          }),
      });
    } catch (error) {
      log("warning", `Nobody can ask the daemon: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Most daemons never write a dump: loaded when one is wanted. */
  #dumper(): Promise<Dumps> {
    return this.#dumps ??= import("./dump/dumps.ts").then(({ Dumps }) =>
      new Dumps(this.#options.premises, this.#inquiry, this.#options.log)
    );
  }
}

function metricsPlaces(
  { metricsAddress, metricsSocket: path, control }: Config["global"]["desk"],
): readonly MetricsPlace[] {
  const group = control === "off" ? undefined : control.group;
  const groupId = group === undefined ? undefined : groupIdOf(group);
  return [
    ...(metricsAddress === undefined ? [] : [metricsAddress]),
    ...(path === undefined ? [] : [{ path, groupId }]),
  ];
}
