import type { VrrpDefaults } from "./model_global.ts";

/** The burst of announcements when a router of lower priority is heard, of instances that say nothing of it. */
export function lowerPriorityBurst(
  { garp, minGarp }: VrrpDefaults,
): { readonly repeat: number; readonly delayUs: number } {
  return {
    repeat: garp.lowerPriorityRepeat ?? (minGarp ? 1 : garp.repeat),
    delayUs: garp.lowerPriorityDelayUs ?? (minGarp ? 0 : garp.delayUs),
  };
}
