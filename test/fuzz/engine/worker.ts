/** The thread that tries inputs. It is watched by another, as it may hang, or take all memory. */

import { parentPort, workerData } from "node:worker_threads";
import { Counters } from "./counters.ts";
import { ExchangeArea } from "./exchange_area.ts";
import { type Finding, nameOf } from "./finding.ts";
import { Fuzzer, type Progress } from "./fuzzer.ts";
import type { Target } from "./target.ts";

/** What the thread is given. */
export type Order = {
  /** URL of the module that exports `target`. */
  readonly module: string;
  /** Below them modules are counted. */
  readonly folders: readonly string[];
  readonly area: SharedArrayBuffer;
  readonly inputs: readonly Uint8Array[];
  /** Keys of findings that were told already. */
  readonly known: readonly string[];
  /** Names of inputs that are not to be tried again: other threads hung on them. */
  readonly avoid: readonly string[];
  readonly seed: number;
  /** How many inputs are to be kept; 0: none. */
  readonly keep: number;
  /** What is kept in any case. */
  readonly forEver: readonly Uint8Array[];
};

/** What the thread tells. */
export type Report =
  | { readonly kind: "input"; readonly input: Uint8Array }
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "progress"; readonly progress: Progress }
  /** @property kept few inputs that go everywhere */
  | { readonly kind: "done"; readonly kept: readonly Uint8Array[] };

const order = workerData as Order;
const tell = (report: Report) => parentPort?.postMessage(report);

const counters = new Counters();
counters.install(order.folders);
const { target } = await import(order.module) as { readonly target: Target };
const fuzzer = new Fuzzer(target, {
  counters,
  area: new ExchangeArea(order.area),
  seed: order.seed,
  known: order.known,
  events: {
    onInput: (input) => tell({ kind: "input", input }),
    onFinding: (finding) => tell({ kind: "finding", finding }),
    onProgress: (progress) => tell({ kind: "progress", progress }),
  },
});
const inputs = [...target.seeds(), ...order.forEver, ...order.inputs];
await fuzzer.run(inputs.filter((input) => !order.avoid.includes(nameOf(input))));
const kept = order.keep > 0 ? await fuzzer.minimise(order.forEver, order.keep) : [];
tell({ kind: "done", kept });
