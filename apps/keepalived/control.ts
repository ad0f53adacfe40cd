import type { Config } from "@keepalived/keepalived-config";

/** What every role is told of the command line. */
export type RoleOptions = {
  readonly console: boolean;
  readonly detail: number;
  readonly syslog: boolean;
  readonly pidFile: string;
  /** What becomes of addresses at the end: `-V` keeps them where they are, `-X` removes even those of others. */
  readonly addressesAtEnd?: "keep" | "release";
  /** What becomes of IPVS: `-I` leaves the table at the end as it is, `--no-ipvs` does not touch it at all. */
  readonly ipvs?: "keep" | "off";
};

/** What the parent sends a child: one JSON line each on the child's standard input. */
export type ParentMessage = {
  readonly kind: "configuration";
  readonly config: Config;
  readonly options: RoleOptions;
};

/** What a child sends the parent: one JSON line each on the child's standard output. */
export type ChildMessage = { readonly kind: "configured" };

/** Cuts a stream of bytes into lines; the bytes may come in any portions. */
export class LineReader {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next portion, and hands out each line that is now whole. */
  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      this.#rest.push(text.slice(0, end));
      const line = this.#rest.join("");
      this.#rest = [];
      text = text.slice(end + 1);
      this.#onLine(line);
    }
    if (text !== "") this.#rest.push(text);
  }
}
