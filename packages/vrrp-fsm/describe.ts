import type { InstanceConfig } from "./config.ts";
import { type InstanceState, priorityOf } from "./instance.ts";

/**
 * Why an instance is in its state, and what it waits for: one line for operators.
 *
 * @example
 * ```
 * backup: higher-priority; follows 10.0.0.3 (priority 150, own 100), takes over after 3.61 s of silence
 * ```
 */
export function describeInstance(
  config: InstanceConfig,
  state: InstanceState,
  nowUs: number,
): string {
  if (state.startAtUs !== null) {
    return `initialize: startup delay, ${seconds(state.startAtUs - nowUs)} left`;
  }
  if (state.kind === "fault") return `fault: ${state.faults.join(", ")}`;
  return `${state.kind}: ${state.cause}${details(config, state, nowUs)}`;
}

function details(config: InstanceConfig, state: InstanceState, nowUs: number): string {
  const { router } = state;
  const own = priorityOf(config, state);
  switch (router.kind) {
    case "initialize":
      return "";
    case "active":
      return `; priority ${own}`;
    case "backup": {
      const left = `${seconds(router.activeDownAtUs - nowUs)} of silence`;
      if (router.heard === null) return `; priority ${own}, takes over after ${left}`;
      const { source, priority } = router.heard;
      const tolerated = state.toleratedUntilUs === null
        ? ""
        : `, tolerates it for ${seconds(Math.max(0, state.toleratedUntilUs - nowUs))}`;
      return `; follows ${source} (priority ${priority}, own ${own})${tolerated}, takes over after ${left}`;
    }
  }
}

function seconds(us: number): string {
  return `${Number((us / 1_000_000).toFixed(2))} s`;
}
