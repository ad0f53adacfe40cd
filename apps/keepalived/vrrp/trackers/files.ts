import { readlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { TrackFileConfig } from "@keepalived/keepalived-config";
import { Descriptor, FileEvents, O_RDONLY, SyscallError } from "@keepalived/linux";
import type { Reactor, Watch } from "@keepalived/reactor";
import { parseTrackedNumber } from "@keepalived/tracking";
import type { Log } from "../../log.ts";

/** What a tracked file holds. */
export type FileStatus = {
  readonly kind: "file";
  readonly name: string;
  readonly path: string;
  readonly value: number;
  /** When the number last changed (monotonic clock). */
  readonly atUs: number;
};

type Surroundings = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** Told when the number in a file changes. */
  readonly onChange: (name: string) => void;
};

type TrackedFile = {
  readonly name: string;
  readonly path: string;
  value: number;
  atUs: number;
  /** Where events that concern it come from: folder numbers and names in them. */
  places: readonly Place[];
};

type Place = { readonly folder: number; readonly name: string };

/** How often a file is looked at while its folder cannot be watched. */
const lookEachUs = 1_000_000;
/** Enough for blank lines and a number. */
const readAtMostBytes = 4096;
/** As many as the kernel follows. */
const linksAtMost = 40;

/**
 * Reads the tracked files whenever they are written, replaced, or removed.
 *
 * Their folders are watched, and not the files: a file may not be there yet, and another one may take its place. A
 * symbolic link is watched where it is and where it leads.
 */
export class Files {
  readonly #surroundings: Surroundings;
  readonly #buffer = new Uint8Array(readAtMostBytes);
  readonly #look: ReturnType<Reactor["deadline"]>;
  #files: readonly TrackedFile[] = [];
  #events: FileEvents | undefined;
  #watch: Watch | undefined;
  /** Names of files whose folder cannot be watched, and of which that was said. */
  readonly #unwatched = new Set<string>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#look = surroundings.reactor.deadline(() => this.#lookAgain());
  }

  /** Watches these files from now on. */
  configure(configs: readonly TrackFileConfig[]): void {
    const known = new Map(this.#files.map((file) => [file.name, file]));
    this.#close();
    this.#files = configs.map(({ name, path }): TrackedFile => {
      const before = known.get(name);
      const { value, atUs } = before?.path === resolve(path)
        ? before
        : { value: 0, atUs: this.#surroundings.reactor.nowUs() };
      return { name, path: resolve(path), value, atUs, places: [] };
    });
    const names = new Set(configs.map(({ name }) => name));
    for (const name of this.#unwatched) if (!names.has(name)) this.#unwatched.delete(name);
    if (configs.length === 0) return;
    const events = new FileEvents();
    this.#events = events;
    this.#watch = this.#surroundings.reactor.watch(events.fd, "read", () => this.#take(events));
    this.#lookAtAll(this.#files);
  }

  /** The number in a file. */
  value(name: string): number {
    return this.#files.find((file) => file.name === name)?.value ?? 0;
  }

  status(): readonly FileStatus[] {
    return this.#files.map(({ name, path, value, atUs }) => ({
      kind: "file",
      name,
      path,
      value,
      atUs,
    }));
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#look[Symbol.dispose]();
  }

  #close(): void {
    this.#watch?.[Symbol.dispose]();
    this.#events?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#events = undefined;
    this.#look.setAt(undefined);
  }

  #take(events: FileEvents): void {
    const touched = new Set<TrackedFile>();
    for (const event of events.read()) {
      for (const file of this.#files) {
        if (event.kind === "overrun") touched.add(file);
        else if (
          file.places.some(({ folder, name }) =>
            folder === event.folder && (event.kind === "folder-gone" || name === event.name)
          )
        ) touched.add(file);
      }
      if (event.kind === "folder-gone") events.unwatch(event.folder);
    }
    this.#lookAtAll([...touched]);
  }

  #lookAgain(): void {
    this.#lookAtAll(this.#files.filter(({ name }) => this.#unwatched.has(name)));
  }

  #lookAtAll(files: readonly TrackedFile[]): void {
    for (const file of files) this.#lookAt(file);
    const { reactor } = this.#surroundings;
    this.#look.setAt(this.#unwatched.size === 0 ? undefined : reactor.nowUs() + lookEachUs);
  }

  /** Watches first and reads then, so that nothing goes by between the two. */
  #lookAt(file: TrackedFile): void {
    file.places = this.#placesOf(file);
    const value = parseTrackedNumber(this.#read(file.path));
    if (value === file.value) return;
    file.value = value;
    file.atUs = this.#surroundings.reactor.nowUs();
    this.#surroundings.onChange(file.name);
  }

  #placesOf(file: TrackedFile): readonly Place[] {
    try {
      const places = withTargets(file.path).map((path) => ({
        folder: this.#events?.watch(dirname(path)) ?? -1,
        name: basename(path),
      }));
      this.#unwatched.delete(file.name);
      return places;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (!this.#unwatched.has(file.name)) {
        const text = `Track file ${file.name}: ${error.message}; looking each second instead`;
        this.#surroundings.log("warning", text);
      }
      this.#unwatched.add(file.name);
      return [];
    }
  }

  /** The beginning of a file; undefined if it cannot be read. */
  #read(path: string): string | undefined {
    try {
      using descriptor = Descriptor.open(path, O_RDONLY);
      const length = descriptor.read(this.#buffer) ?? 0;
      return new TextDecoder().decode(this.#buffer.subarray(0, length));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return undefined; // It counts as empty, whatever the reason.
    }
  }
}

/** Makes the files that are to be made. What is there stays, unless it is to be overwritten. */
export function initializeFiles(configs: readonly TrackFileConfig[], log: Log): void {
  for (const { name, path, initialize } of configs) {
    if (initialize === undefined) continue;
    const { value, overwrite } = initialize;
    try {
      writeFileSync(path, `${value}\n`, { flag: overwrite ? "w" : "wx" });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "EEXIST") log("error", `Track file ${name}: cannot write its value: ${message}`);
    }
  }
}

/** A path and, of a symbolic link, where it leads, step by step; the last one may not be there. */
function withTargets(path: string): readonly string[] {
  const paths = [path];
  for (let last = path; paths.length < linksAtMost;) {
    try {
      last = resolve(dirname(last), readlinkSync(last));
    } catch {
      break; // It is no link.
    }
    paths.push(last);
  }
  return paths;
}
