import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";
import {
  type Run,
  scenarioOf,
  simulate,
  type Stepped,
  type Watch,
  type World,
} from "@keepalived/simulation";
import { decodeAdvertisement, encodeAdvertisement, vrrpGroup } from "@keepalived/vrrp-codec";
import { type Advertisement, instance, syncGroup } from "@keepalived/vrrp-fsm";
import { inMiB, table } from "./report.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

/** What there is after a part of a soak. */
export type Sample = {
  readonly atUs: number;
  readonly advertisements: number;
  readonly takeovers: number;
  /** Length of the states of all machines as JSON. */
  readonly stateBytes: number;
  /** Of the heap, after a collection. */
  readonly heapBytes: number;
};

/** Prints what there is after each hour. @returns the exit status */
export function runVirtual(hours: number, seed: number): number {
  const samples: Sample[] = [];
  const { violation } = soak({ seed, durationUs: hours * HOUR, everyUs: HOUR }, (sample) => {
    samples.push(sample);
  });
  const rows = samples.map((it) => [
    `${Math.round(it.atUs / HOUR)} h`,
    `${it.advertisements}`,
    `${it.takeovers}`,
    `${it.stateBytes}`,
    inMiB(it.heapBytes),
  ]);
  const header = ["after", "advertisements", "takeovers", "state bytes", "heap MiB"];
  process.stdout.write(table(`A network of seed ${seed} in virtual time`, header, rows, 1));
  if (violation === undefined) return 0;
  process.stderr.write(`bench: ${violation.invariant}: ${violation.text}\n`);
  return 1;
}

export type SoakOptions = {
  readonly seed: number;
  /** Virtual time. */
  readonly durationUs: number;
  /** Time between samples. */
  readonly everyUs: number;
};

/** Runs the scenario of a seed for a long time. */
export function soak(
  { seed, durationUs, everyUs }: SoakOptions,
  onSample: (sample: Sample) => void,
): Run {
  const collect = collector();
  let [advertisements, takeovers, nextUs] = [0, 0, everyUs];
  const witness: Watch = {
    turned(_, __, steps: readonly Stepped[]) {
      for (const { from, to, actions } of steps) {
        if (to === "active" && from !== to) takeovers++;
        for (const action of actions) {
          if (action.kind !== "send-advertisement") continue;
          advertisements++;
          passThroughCodec(action.advertisement);
        }
      }
    },
    rested(world: World) {
      if (world.nowUs < nextUs) return;
      nextUs += everyUs;
      const stateBytes = JSON.stringify(world.routers.map((router) => router.state)).length;
      const heapBytes = collect();
      onSample({ atUs: world.nowUs, advertisements, takeovers, stateBytes, heapBytes });
    },
  };
  return simulate({ instance, syncGroup }, scenarioOf(seed, durationUs), witness);
}

/** What arrives must be what was sent. */
function passThroughCodec(advertisement: Advertisement): void {
  const [source, destination] = ["192.0.2.1", vrrpGroup[4]];
  const message = encodeAdvertisement(advertisement, { source, destination });
  const decoded = decodeAdvertisement(message, { source, destination, hopLimit: 255 });
  if (!decoded.ok || decoded.value.priority !== advertisement.priority) {
    throw new RangeError(`Cannot decode what was encoded: ${JSON.stringify(advertisement)}`);
  }
}

/** Collects garbage, and says how much is left. */
function collector(): () => number {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}
