import type { GarpGroupConfig, InterfaceDelay, LinkbeatInterface } from "../model_tracking.ts";
import { type Entries, lines, type Said, seconds, words } from "./entry.ts";

/** `garp_group`. */
export const GARP_GROUP: Entries<GarpGroupConfig> = {
  garp_interval: (it) => intervalWords(it.garpIntervalUs),
  gna_interval: (it) => intervalWords(it.gnaIntervalUs),
  interface: { never: "interfaces says it" },
  interfaces: (it) => lines(it.interfaces.map((one) => [one])),
};

function intervalWords(us: number | undefined): readonly Said[] {
  return words(us === undefined ? undefined : seconds(us));
}

/** A line of `interface_up_down_delays`. */
export function delayWords({ interface: dev, downUs, upUs }: InterfaceDelay): readonly string[] {
  return [dev, seconds(downUs), seconds(upUs)];
}

/** A line of `linkbeat_interfaces`. */
export function linkbeatWords({ interface: dev, method }: LinkbeatInterface): readonly string[] {
  return method === undefined ? [dev] : [dev, method.toUpperCase()];
}
