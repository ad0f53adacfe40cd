import {
  describeDestination,
  describeService,
  sameDestination,
  sameService,
} from "@keepalived/netlink-ipvs";
import { difference } from "@keepalived/reconcile";
import type { Applied, AppliedService } from "./operation.ts";
import { textOf } from "./wanted.ts";

/** Lines about what somebody else did to services of ours, of which we knew what the kernel had. */
export function foreignChanges(known: Applied, found: Applied): readonly string[] {
  return [...known].flatMap(([text, before]) => {
    const now = found.get(text);
    if (now === undefined) return [`removed ${text}: it is added again`];
    const lines = sameService(before.service, now.service)
      ? []
      : [`changed ${text} to ${describeService(now.service)}: it is set back`];
    return [...lines, ...changedDestinations(text, before, now)];
  });
}

function changedDestinations(
  text: string,
  before: AppliedService,
  now: AppliedService,
): readonly string[] {
  const { add, change, remove } = difference(
    now.destinations.values(),
    before.destinations.values(),
    textOf,
    sameDestination,
  );
  return [
    ...remove.map((it) => `removed ${text} ${describeDestination(it)}: it is added again`),
    ...change.map(({ to }) => `changed ${text} ${describeDestination(to)}: it is set back`),
    ...add.map((it) => `added ${text} ${describeDestination(it)}: it is removed`),
  ];
}
