import process from "node:process";
import type { Config } from "@keepalived/keepalived-config";
import type { Log } from "../../log.ts";
import { Runners } from "../../machine/runner.ts";
import type { Inquiry } from "../ask.ts";
import type { Child, ChildName, Premises } from "../premises.ts";
import type { BfdSnapshot } from "../snapshot/bfd_snapshot.ts";
import type { CheckSnapshot } from "../snapshot/check_snapshot.ts";
import type { VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { bfdData } from "./bfd_data.ts";
import { checkData } from "./check_data.ts";
import { dumpFolder, writeDump } from "./dump_file.ts";
import { type DumpNames, dumpNames } from "./dump_names.ts";
import { parentData } from "./parent_data.ts";
import { statsText } from "./stats.ts";
import { vrrpData } from "./vrrp_data.ts";
import { vrrpJson } from "./vrrp_json.ts";
import type { WhoRuns } from "./words.ts";

/** Writes the files that signals ask for, one request after the other. */
export class Dumps {
  readonly #premises: Premises;
  readonly #inquiry: Inquiry;
  readonly #log: Log;
  readonly #runners = new Runners();
  #last: Promise<void> = Promise.resolve();

  constructor(premises: Premises, inquiry: Inquiry, log: Log) {
    this.#premises = premises;
    this.#inquiry = inquiry;
    this.#log = log;
  }

  /** SIGUSR1: the data of every process that runs. */
  data(): Promise<void> {
    return this.#next(() => {
      this.#say("parent data", process.pid);
      return this.#renderData((path, text) => this.#write(path, text));
    });
  }

  /** `--dump-conf`: the same, to the log. */
  logData(): Promise<void> {
    return this.#next(() =>
      this.#renderData((_, text) => {
        for (const line of text().trimEnd().split("\n")) this.#log("info", line);
        return Promise.resolve();
      })
    );
  }

  async #renderData(write: (path: string, text: () => string) => Promise<void>): Promise<void> {
    const config = this.#premises.config();
    const parent = this.#premises.snapshot();
    const names = this.#names(config);
    const who = this.#who(config);
    await write(names.parent, () => parentData(config, parent, who));
    await this.#dumpOf("vrrp", "VRRP data", async (text) => {
      const vrrp = JSON.parse(text) as VrrpSnapshot;
      await write(names.vrrp, () => vrrpData({ config, vrrp, who }));
    });
    await this.#dumpOf("check", "checker data", async (text) => {
      const check = JSON.parse(text) as CheckSnapshot;
      await write(names.check, () => checkData({ config, check, who }));
    });
    await this.#dumpOf("bfd", "BFD data", async (text) => {
      const bfd = JSON.parse(text) as BfdSnapshot;
      await write(names.bfd, () => bfdData({ config, bfd, who }));
    });
  }

  /** SIGUSR2: the counters of all virtual routers. @param clear and from then on they begin at 0 */
  stats(clear: boolean): Promise<void> {
    return this.#next(async () => {
      const what = clear ? "and clearing VRRP stats" : "VRRP stats";
      await this.#dumpOf("vrrp", what, async (text, child) => {
        if (clear) await child.ask({ what: "clear-counters" });
        const names = this.#names(this.#premises.config());
        await this.#write(names.stats, () => statsText(JSON.parse(text) as VrrpSnapshot));
      });
    });
  }

  /** SIGRTMIN+2: VRRP, or with version 3 everything, as JSON. */
  json(): Promise<void> {
    return this.#next(async () => {
      const config = this.#premises.config();
      const { jsonVersion } = config.global.files;
      const { json } = this.#names(config);
      if (jsonVersion === 3) {
        this.#say("everything as json", process.pid);
        return await this.#write(json, await this.#inquiry.document("full"));
      }
      await this.#dumpOf("vrrp", "VRRP as json", async (text) => {
        const vrrp = JSON.parse(text) as VrrpSnapshot;
        await this.#write(json, () => vrrpJson(jsonVersion, { config, vrrp }));
      });
    });
  }

  /** Whatever goes wrong is told, and the next request is served. */
  #next(work: () => Promise<void>): Promise<void> {
    return this.#last = this.#last.then(work).catch((error) =>
      this.#log("error", `Cannot write a dump: ${(error as Error).message}`)
    );
  }

  /** Asks a child, if it runs, and has what it tells written. */
  async #dumpOf(
    name: ChildName,
    what: string,
    write: (text: string, child: Child) => Promise<void>,
  ): Promise<void> {
    const child = this.#premises.children().find((child) => child.name === name);
    if (child === undefined) return;
    this.#say(what, child.pid);
    await write(await this.#inquiry.snapshot(child, "full"), child);
  }

  #say(what: string, pid: number): void {
    this.#log("info", `Printing ${what} for process(${pid}) on signal`);
  }

  async #write(path: string, text: string | (() => string)): Promise<void> {
    await writeDump(path, typeof text === "string" ? text : text());
  }

  #names({ global }: Config): DumpNames {
    return dumpNames(global, dumpFolder(process.env));
  }

  #who({ global: { scripts } }: Config): WhoRuns {
    return (command) => {
      const identity = this.#runners.find(
        command.user === undefined ? scripts.user ?? {} : command,
      );
      return typeof identity === "string" ? undefined : identity;
    };
  }
}
