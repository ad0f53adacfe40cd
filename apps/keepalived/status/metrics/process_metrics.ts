import type { StatusDocument } from "../document.ts";
import type { ProcessSnapshot } from "../snapshot/process_snapshot.ts";
import { type Family, family } from "./exposition.ts";

/** The daemon and its processes. */
export function processMetrics({ parent, vrrp, check, bfd }: StatusDocument): readonly Family[] {
  const all: readonly (readonly [string, ProcessSnapshot | undefined])[] = [
    ["parent", parent.process],
    ["vrrp", vrrp?.process],
    ["check", check?.process],
    ["bfd", bfd?.process],
  ];
  const processes = all.flatMap(([name, process]) =>
    process === undefined ? [] : [{ name, process }]
  );
  const labels = ({ name }: { readonly name: string }) => ({ process: name });
  const { routerId, hostName, version, runtime, instance, networkNamespace } = parent;
  const deliveries = (parent.deliveries ?? []).flatMap(({ to, ...counts }) =>
    (["delivered", "failed", "dropped"] as const).map((result) => ({
      labels: { to, result },
      count: counts[result],
    }))
  );
  const identity = {
    version,
    runtime,
    router_id: routerId,
    host: hostName,
    ...(instance === undefined ? {} : { instance }),
    ...(networkNamespace === undefined ? {} : { namespace: networkNamespace }),
  };
  return [
    {
      name: "keepalived",
      type: "info",
      help: "The daemon",
      samples: [{ labels: identity, value: 1 }],
    },
    family(
      {
        name: "keepalived_maintenance",
        type: "gauge",
        help: "Whether an operator wants it to stay away",
      },
      [parent],
      () => ({}),
      (it) => it.maintenance,
    ),
    family(
      { name: "keepalived_reload_ok", type: "gauge", help: "Whether the last reload was taken" },
      [parent],
      () => ({}),
      (it) => it.reload?.ok,
    ),
    family(
      {
        name: "keepalived_reload_time_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When the last reload was, in Unix time",
      },
      [parent],
      () => ({}),
      (it) => it.reload?.at,
    ),
    family(
      {
        name: "keepalived_deliveries",
        type: "counter",
        help: "What became of mails, and of what webhooks were told",
      },
      deliveries,
      (it) => it.labels,
      ({ count }) => count,
    ),
    family(
      {
        name: "keepalived_deliveries_waiting",
        type: "gauge",
        help: "Mails, or events for a webhook, that wait",
      },
      parent.deliveries ?? [],
      ({ to }) => ({ to }),
      ({ waiting }) => waiting,
    ),
    family(
      { name: "keepalived_child_up", type: "gauge", help: "Whether a child process runs" },
      parent.children,
      ({ name }) => ({ child: name }),
      ({ pid }) => pid !== undefined,
    ),
    family(
      {
        name: "keepalived_child_restarts",
        type: "counter",
        help: "How often a child process was started again",
      },
      parent.children,
      ({ name }) => ({ child: name }),
      ({ restarts }) => restarts,
    ),
    family(
      {
        name: "keepalived_process_start_time_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When a process was started, in Unix time",
      },
      processes,
      labels,
      ({ process }) => process.startedAt,
    ),
    family(
      {
        name: "keepalived_process_resident_memory_bytes",
        type: "gauge",
        unit: "bytes",
        help: "Resident memory of a process",
      },
      processes,
      labels,
      ({ process }) => process.residentBytes,
    ),
    family(
      {
        name: "keepalived_process_cpu_seconds",
        type: "counter",
        unit: "seconds",
        help: "Processor time used by a process",
      },
      processes,
      labels,
      ({ process }) => process.cpuS,
    ),
    family(
      {
        name: "keepalived_process_late_timers",
        type: "counter",
        help: "How often timers came too late",
      },
      processes,
      labels,
      ({ process }) => process.lateness?.count,
    ),
    family(
      {
        name: "keepalived_process_latest_timer_seconds",
        type: "gauge",
        unit: "seconds",
        help: "How late the latest timer came",
      },
      processes,
      labels,
      ({ process }) => process.lateness?.longestS,
    ),
  ];
}
