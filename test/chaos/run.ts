import { Dice } from "@keepalived/simulation";
import { Cluster } from "./cluster.ts";
import { activeDownUs, intervalS, nodeNames } from "./configuration.ts";
import type { Span } from "./holders.ts";
import type { Runtime } from "./node.ts";
import { pickStep, type Step, warmUp } from "./steps.ts";

export type ChaosOptions = {
  readonly runtimes: readonly [Runtime, Runtime];
  readonly seed: number;
  /** Steps are begun for so long. */
  readonly forMs: number;
  readonly stepsAtMost?: number;
  /** Part of the names of the steps that are done; default: all. */
  readonly only?: string;
  /** Takes a line about each step as it ends. */
  readonly onStep?: (line: string) => void;
};

export type ChaosReport = {
  readonly steps: number;
  /** How often each kind of step was done. */
  readonly counts: Readonly<Record<string, number>>;
  /** The longest times in which nobody, or both, had an address, milliseconds. */
  readonly longestGapMs: number;
  readonly longestOverlapMs: number;
  /** By address. */
  readonly clients: Readonly<Record<string, { readonly asked: number; readonly answered: number }>>;
  readonly slowestMs: number;
};

/** How long it may take until all is well again, on a machine that is busy with other things. */
const settleMs = 180_000;

/** What even an idle machine may add to each time, microseconds. */
const leewayUs = 1_000_000;

/** Has the cluster suffer, and watches that it keeps its promises. @throws Error with the seed and what was done */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, forMs, stepsAtMost = Infinity, only = "", runtimes, onStep } = options;
  const dice = new Dice(seed);
  const story: string[] = [];
  const counts: Record<string, number> = {};
  let [longestGapMs, longestOverlapMs, slowestMs] = [0, 0, 0];
  await using cluster = await Cluster.start(runtimes);
  const say = (line: string) => {
    story.push(line);
    onStep?.(line);
  };
  try {
    await cluster.settle(settleMs);
    await warmUp(cluster, dice);
    await cluster.settle(settleMs);
    await cluster.leaks();
    const untilMs = performance.now() + forMs;
    for (let i = 0; i < stepsAtMost && performance.now() < untilMs; i++) {
      const outcome = await runStep(
        cluster,
        pickStep(dice, only),
        dice,
        (line) => say(`${i + 1}. ${line}`),
      );
      counts[outcome.name] = (counts[outcome.name] ?? 0) + 1;
      longestGapMs = Math.max(longestGapMs, outcome.gapMs);
      longestOverlapMs = Math.max(longestOverlapMs, outcome.overlapMs);
      slowestMs = Math.max(slowestMs, outcome.settledMs);
    }
    const clients: Record<string, { asked: number; answered: number }> = {};
    for (const [address, client] of cluster.clients) clients[address] = await client.stop();
    const left = await cluster.end();
    if (left.length > 0) throw new Error(`After the end: ${left.join("\n")}`);
    const steps = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { steps, counts, longestGapMs, longestOverlapMs, clients, slowestMs };
  } catch (error) {
    throw new Error(failureText(cluster, options, story, error), { cause: error });
  }
}

type Outcome = {
  readonly name: string;
  readonly gapMs: number;
  readonly overlapMs: number;
  readonly settledMs: number;
};

async function runStep(
  cluster: Cluster,
  step: Step,
  dice: Dice,
  say: (line: string) => void,
): Promise<Outcome> {
  const node = cluster.nodes[dice.pick(nodeNames)];
  for (const name of nodeNames) await cluster.nodes[name].wake();
  await cluster.settle(settleMs);
  using lateness = new Lateness();
  const logs = nodeNames.map((name) => cluster.nodes[name].daemon);
  const marks = logs.map(({ log }) => log.length);
  const [sinceUs, sinceMs] = [cluster.nowUs, performance.now()];
  const details: string[] = [];
  const tell = (detail: string) => void details.push(detail);
  const text = () => `${step.name} on ${node.name} (${node.runtime}): ${details.join(", ")}`;
  try {
    await step.run({ cluster, node, dice, tell });
    const repairedUs = cluster.nowUs;
    for (const name of nodeNames) await cluster.nodes[name].wake();
    await cluster.settle(settleMs);
    const settledMs = (cluster.nowUs - repairedUs) / 1000;
    const slackUs = leewayUs + 5 * lateness.worstUs;
    const { gapUs, overlapUs, problems } = judge(cluster, { step, sinceUs, repairedUs, slackUs });
    const silences = [...cluster.clients].map(([address, client]) =>
      [client.longestSilence(sinceMs), address] as const
    ).sort(([one], [other]) => other - one);
    const [silentMs = 0, silent = ""] = silences[0] ?? [];
    const [gapMs, overlapMs] = [gapUs / 1000, overlapUs / 1000];
    say(
      `${text()}; well after ${settledMs.toFixed(0)} ms, on none ${gapMs.toFixed(0)} ms, ` +
        `on both ${overlapMs.toFixed(0)} ms, ${silent} unheard ${silentMs.toFixed(0)} ms`,
    );
    const broken = logs.flatMap(({ name, log }, i) =>
      log.slice(marks[i]).filter((line) => /internal error|\bat .*\.ts:\d+/i.test(line))
        .map((line) => `${name}: ${line}`)
    );
    const all = [...problems, ...await cluster.leaks(), ...broken];
    if (all.length > 0) throw new Error(all.join("\n"));
    cluster.holders.forget();
    cluster.lab.wire.frames.length = 0;
    cluster.lab.wire.adverts.length = 0;
    return { name: step.name, gapMs, overlapMs, settledMs };
  } catch (error) {
    say(`${text()}: FAILED`);
    throw error;
  }
}

/** Whether each address was somewhere, and on one node only, as far as the protocol promises it. */
function judge(
  cluster: Cluster,
  { step, sinceUs, repairedUs, slackUs }: {
    readonly step: Step;
    readonly sinceUs: number;
    readonly repairedUs: number;
    readonly slackUs: number;
  },
) {
  const problems: string[] = [];
  let [gapUs, overlapUs] = [0, 0];
  for (const { name, addresses } of cluster.routers) {
    for (const address of addresses) {
      // One that a reload brought was nowhere before.
      const spans = withoutFirstAbsence(cluster.holders.spans(address, sinceUs));
      for (const { fromUs, toUs, holders } of spans) {
        const lengthUs = toUs - fromUs;
        const ms = Math.round(lengthUs / 1000);
        if (holders.length === 0) {
          gapUs = Math.max(gapUs, lengthUs);
          if (lengthUs <= activeDownUs + slackUs) continue;
          problems.push(`${address} of ${name} was on no node for ${ms} ms`);
        } else if (holders.length > 1) {
          overlapUs = Math.max(overlapUs, lengthUs);
          // Who could not do its part has no blame before it is repaired.
          const blamedUs = step.disables ? toUs - Math.max(fromUs, repairedUs) : lengthUs;
          if (blamedUs <= 2 * intervalS * 1_000_000 + slackUs) continue;
          problems.push(`${address} of ${name} was on both nodes for ${ms} ms`);
        }
      }
    }
  }
  return { gapUs, overlapUs, problems };
}

function withoutFirstAbsence(spans: readonly Span[]): readonly Span[] {
  return spans[0]?.holders.length === 0 ? spans.slice(1) : spans;
}

/** How late this program itself was, as a sign of how slow the machine is. */
class Lateness {
  worstUs = 0;
  #dueMs = performance.now() + 20;
  readonly #timer = setInterval(() => {
    const nowMs = performance.now();
    this.worstUs = Math.max(this.worstUs, Math.round((nowMs - this.#dueMs) * 1000));
    this.#dueMs = nowMs + 20;
  }, 20);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function failureText(
  cluster: Cluster,
  { seed, runtimes }: ChaosOptions,
  story: readonly string[],
  error: unknown,
): string {
  const logs = nodeNames.map((name) => {
    const { log } = cluster.nodes[name].daemon;
    return `--- the end of the log of ${name}\n${log.slice(-60).join("\n")}`;
  });
  const again = `npm run chaos -- --seed ${seed} --runtimes ${runtimes.join()}`;
  return [
    (error as Error).message,
    `again: ${again}`,
    ...story,
    ...logs,
  ].join("\n");
}
