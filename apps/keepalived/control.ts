import type { Config } from "@keepalived/keepalived-config";
import type { Patch } from "@keepalived/reconcile";
import type { Delivery } from "./notify/delivery.ts";
import type { LogSettings } from "./log/settings.ts";

/** What every role is told of the command line. */
export type RoleOptions = {
  readonly log: LogSettings;
  readonly detail: number;
  readonly pidFile: string;
  /** Whether to log every address that comes or goes. */
  readonly addressMonitoring: boolean;
  /** The file to which everything goes that machines are told, and what they do. */
  readonly record?: string;
  /** What becomes of addresses at the end: `-V` keeps them where they are, `-X` removes even those of others. */
  readonly addressesAtEnd?: "keep" | "release";
  /** What becomes of IPVS: `-I` leaves the table at the end as it is, `--no-ipvs` does not touch it at all. */
  readonly ipvs?: "keep" | "off";
};

/** How much a snapshot tells: all, or of thousands of things only how many there are and what is wrong. */
export type Detail = "full" | "summary";

/** What the parent asks a child, or asks of it. */
export type Question =
  | { readonly what: "snapshot"; readonly detail: Detail }
  | { readonly what: "clear-counters" }
  | { readonly what: "maintenance"; readonly on: boolean }
  | { readonly what: "orders"; readonly orders: readonly ServerOrder[] };

/** What an operator wants of real servers, in place of what the configuration and the checks say. */
export type ServerOrder = {
  /** `10.1.0.1`, `10.1.0.1:80`, or as logs name it. */
  readonly server: string;
  /** The same of the virtual server, or the name of its group; absent: in all that have the server. */
  readonly virtualServer?: string;
  /** Drained: weight 0, and what is connected stays. Out: not in the kernel. Absent: in. */
  readonly service?: "in" | "drained" | "out";
  /** Absent: that of the configuration and the checks. */
  readonly weight?: number;
};

/** A real server of a virtual server, as logs name them. */
export type ServerName = { readonly virtualServer: string; readonly server: string };

/** How a BFD session is. */
export type SessionReport = {
  readonly name: string;
  readonly up: boolean;
  /** When it came to be so, microseconds of CLOCK_MONOTONIC; absent: nobody has seen it yet. */
  readonly atUs?: number;
};

/** A configuration to run. */
export type ConfigurationMessage = {
  readonly kind: "configuration";
  readonly config: Config;
  readonly options: RoleOptions;
  /** Since when the process whose place this one takes did no work, microseconds of CLOCK_MONOTONIC; absent: it is the first. */
  readonly goneSinceUs?: number;
  /** What that process ran, if it had not gone over to this configuration yet. */
  readonly former?: Config;
  /** It only looks after what that process left, until the end of its input. */
  readonly isCaretaker?: true;
  /** Whether the operator wants this machine to stay away. */
  readonly maintenance: boolean;
  /** Of several for one server the last one counts. */
  readonly orders: readonly ServerOrder[];
  /** All BFD sessions that the child is to hear of. */
  readonly sessions: readonly SessionReport[];
};

/** Another configuration in the place of the one that the child was told last. */
export type ReconfigurationMessage = Pick<ConfigurationMessage, "sessions"> & {
  readonly kind: "reconfiguration";
  /** What makes it of that one; absent: it is the same, and what it names is to be looked at again. */
  readonly change?: Patch;
};

/** What the parent sends a child: one JSON line each on the child's standard input. */
export type ParentMessage =
  | ConfigurationMessage
  | ReconfigurationMessage
  | SessionsMessage
  | { readonly kind: "question"; readonly id: number; readonly question: Question };

/** BFD sessions came up, or went down. */
export type SessionsMessage = {
  readonly kind: "sessions";
  readonly sessions: readonly SessionReport[];
};

/** What a child sends the parent: one JSON line each on the child's standard output. */
export type ChildMessage =
  | { readonly kind: "configured" }
  | SessionsMessage
  /**
   * The next line is the answer, in JSON: whoever only passes it on need not read it. If it is not ok, that is a sentence
   * that says why.
   */
  | { readonly kind: "answer"; readonly id: number; readonly ok: boolean }
  /** Something that others are to be told over the network. */
  | { readonly kind: "delivery"; readonly delivery: Delivery }
  /** Its event loop turns. */
  | { readonly kind: "alive" };

/** How often a child says that it is alive. */
export const heartbeatUs = 1_000_000;

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
