import { readFileSync, rmSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import { FileEvents, SyscallError } from "@keepalived/linux";
import type { Reactor, Watch } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { parseReloadTime, type ReloadTime } from "./reload_time.ts";

export type ReloadTimerOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** Done when the reload is. */
  readonly reload: () => Promise<unknown>;
};

/** The clock may be set: it is looked at so often. */
const lookEachUs = 10_000_000;

/** Reloads at the time that stands in `reload_time_file`, which is watched. */
export class ReloadTimer {
  readonly #options: ReloadTimerOptions;
  #settings: Pick<GlobalConfig["reload"], "timeFile" | "repeat"> = { repeat: false };
  #events: FileEvents | undefined;
  #watch: Watch | undefined;
  #time: ReloadTime | undefined;
  #timer: Disposable | undefined;
  /** What the file said last, which need not be said again. */
  #text = "";

  constructor(options: ReloadTimerOptions) {
    this.#options = options;
  }

  configure(settings: Pick<GlobalConfig["reload"], "timeFile" | "repeat">): void {
    const isSame = settings.timeFile === this.#settings.timeFile;
    this.#settings = settings;
    if (isSame) return;
    this.#unwatch();
    this.#text = "";
    if (settings.timeFile === undefined) return this.#setTime(undefined);
    this.#watchFile(resolve(settings.timeFile));
    this.#read();
  }

  [Symbol.dispose](): void {
    this.#unwatch();
    this.#timer?.[Symbol.dispose]();
  }

  #watchFile(path: string): void {
    const { reactor, log } = this.#options;
    const events = new FileEvents();
    this.#events = events;
    try {
      events.watch(dirname(path));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return log("error", `reload_time_file is not watched: ${error.message}`);
    }
    this.#watch = reactor.watch(events.fd, "read", () => {
      const all = events.read();
      const concerns = all.some((event) => !("name" in event) || event.name === basename(path));
      if (concerns) this.#read();
    });
  }

  #unwatch(): void {
    this.#watch?.[Symbol.dispose]();
    this.#events?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#events = undefined;
  }

  #read(): void {
    const { timeFile = "" } = this.#settings;
    const text = contentOf(timeFile);
    // It is read when it appears, and again when it has been written.
    if (text === this.#text) return;
    this.#text = text;
    const { log } = this.#options;
    const time = text === "" ? undefined : parseReloadTime(text, Date.now());
    if (text !== "" && time === undefined) {
      log("warning", `${timeFile} holds no time to reload at: '${text.slice(0, 40)}'`);
    } else if (time !== undefined && time.atMs <= Date.now()) {
      log("warning", `The time to reload at in ${timeFile} is in the past`);
      return this.#setTime(undefined);
    } else if (time !== undefined) {
      log("info", `Reloading at ${new Date(time.atMs).toISOString()}, as ${timeFile} says`);
    } else if (this.#time !== undefined) log("info", "No time to reload at any more");
    this.#setTime(time);
  }

  #setTime(time: ReloadTime | undefined): void {
    this.#time = time;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (time !== undefined) this.#wait(time);
  }

  #wait(time: ReloadTime): void {
    const { reactor } = this.#options;
    const leftUs = (time.atMs - Date.now()) * 1000;
    if (leftUs <= 0) return void this.#reload(time);
    const nextUs = reactor.nowUs() + Math.min(leftUs, lookEachUs);
    this.#timer = reactor.at(nextUs, () => this.#wait(time));
  }

  async #reload({ daily }: ReloadTime): Promise<void> {
    const { timeFile = "", repeat } = this.#settings;
    if (daily && repeat) this.#setTime(parseReloadTime(this.#text, Date.now()));
    else {
      this.#setTime(undefined);
      this.#text = "";
      rmSync(timeFile, { force: true });
    }
    await this.#options.reload();
  }
}

/** The text of a file without the blanks around it; empty if there is none. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // It need not be there.
  }
}
