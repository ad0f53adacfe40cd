import type { InstanceConfig } from "./config.ts";
import { type InstanceState, priorityOf } from "./instance.ts";

/**
 * Why an instance is in its state, and what it waits for: one line for operators.
 *
 * @example
 * ```
 * backup: higher-priority; follows 10.0.0.3 (priority 150, own 100), takes over in 3.61 s unless it is heard
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
      if (router.candidate) return `; priority ${own}, waits for its sync group`;
      const inTime = `takes over in ${seconds(router.activeDownAtUs - nowUs)}`;
      if (router.heard === null) return `; priority ${own}, ${inTime} unless outranked`;
      const { source, priority } = router.heard;
      const who = `; follows ${source} (priority ${priority}, own ${own})`;
      const leftUs = state.toleratedUntilUs === null ? null : state.toleratedUntilUs - nowUs;
      if (leftUs === null) return `${who}, ${inTime} unless it is heard`;
      if (leftUs > 0) return `${who}, tolerates it for ${seconds(leftUs)}`;
      return `${who}, pre-empts it, ${inTime} unless outranked`;
    }
  }
}

function seconds(us: number): string {
  return `${Number((us / 1_000_000).toFixed(2))} s`;
}
