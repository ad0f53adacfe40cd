import { familyOf } from "@keepalived/ip-address";
import { SyscallError } from "@keepalived/linux";
import type { PreparedAction } from "@keepalived/reactor";
import type {
  Action,
  Advertisement,
  Holding,
  StateKind,
  VirtualAddress,
} from "@keepalived/vrrp-fsm";
import { operatorCause, operatorState } from "../names.ts";
import type { Channel } from "./channel.ts";
import { sortHoldings } from "./kernel/holdings.ts";
import type { Packet } from "./outbox.ts";
import type { VirtualRouter } from "./virtual_router.ts";
import type { World } from "./world.ts";

/** Performs one action of a virtual router's machine. No protocol decision is taken here. */
export function perform(action: Action, router: VirtualRouter, world: World): void {
  const { name } = router.config;
  switch (action.kind) {
    case "send-advertisement":
      return sendAdvertisement(action.advertisement, router, world);
    case "add-addresses":
      world.kernel.addAddresses(router, action.addresses);
      return logAddresses("setting", name, world);
    case "remove-addresses":
      world.announcer.withdraw(name);
      world.kernel.removeAddresses(router, action.addresses);
      return logAddresses("removing", name, world);
    case "add-holdings":
      world.kernel.addHoldings(router, action.holdings);
      return logHoldings("setting", action.holdings, name, world);
    case "remove-holdings":
      world.kernel.removeHoldings(router, action.holdings);
      return logHoldings("removing", action.holdings, name, world);
    case "tell-group":
      return world.groups.tell(router.config.syncGroup, action.event);
    case "announce":
      world.kernel.whenGiven(() => world.announcer.announce(name, action.addresses, action.repeat));
      return logAnnouncement(action.addresses, name, world);
    case "state-changed": {
      const { from, to, reason } = action;
      router.priorityChanged(action.priority);
      router.stateChanged(from, to, reason);
      // A backup waits whether somebody else is there.
      if (to !== "backup") world.kernel.inheritance.renounce(name);
      // The end of the process says it all.
      if (to === "initialize") return;
      const init = from === "initialize" && to === "backup" ? " (init)" : "";
      world.log("info", `(${name}) Entering ${operatorState(to)} STATE${init}`);
      if (world.detail > 0) world.log("info", `(${name}) reason: ${operatorCause(reason)}`);
      const { priority } = action;
      return world.notifier.notify({ kind: "instance-state", name, state: to, priority });
    }
    case "priority-changed":
      world.log(
        "info",
        `(${name}) Changing effective priority from ${
          router.priorityChanged(action.priority)
        } to ${action.priority}`,
      );
      return notifyPriority(name, router.state, action.priority, world);
    case "lower-priority-heard":
      router.counters.add("lower-priority-heard");
      world.notifier.notify({ kind: "lower-priority-received", name, priority: router.priority });
      return router.logOnce(
        "lower-priority-heard",
        () =>
          `(${name}) Received lower priority advert from ${action.source} priority ${action.priority}, ours ${router.priority}, forcing new election`,
      );
    case "owner-conflict":
      return router.logOnce(
        "owner-conflict",
        () =>
          `(${name}) ${action.source} claims to own our addresses too (priority 255)` +
          (action.yielded ? ": stepping down to 254" : ": only one router may have priority 255"),
      );
    default:
      return action satisfies never;
  }
}

/** Makes an action ready, as far as it is of a kind that others wait for. */
export function prepare(
  action: Action,
  router: VirtualRouter,
  world: World,
): PreparedAction | undefined {
  const { name } = router.config;
  switch (action.kind) {
    case "send-advertisement":
      return prepareAdvertisement(action.advertisement, router, world);
    case "add-addresses":
      return before(
        world.kernel.prepareAddresses(router, action.addresses),
        () => logAddresses("setting", name, world),
      );
    case "announce":
      return before(
        world.announcer.prepare(action.addresses, action.repeat),
        () => logAnnouncement(action.addresses, name, world),
      );
  }
}

/** What is ready, and something more after its rest. */
function before(ready: PreparedAction | undefined, more: () => void): PreparedAction | undefined {
  return ready && (() => {
    const rest = ready();
    return () => {
      rest();
      more();
    };
  });
}

function logAddresses(verb: "setting" | "removing", name: string, world: World): void {
  if (world.detail > 0) world.log("info", `(${name}) ${verb} VIPs.`);
}

function logHoldings(
  verb: "setting" | "removing",
  holdings: readonly Holding[],
  name: string,
  world: World,
): void {
  if (world.detail === 0) return;
  const { routes, rules } = sortHoldings(holdings);
  const what = [...(routes.length > 0 ? ["Routes"] : []), ...(rules.length > 0 ? ["Rules"] : [])];
  if (verb === "removing") what.reverse();
  for (const kind of what) world.log("info", `(${name}) ${verb} Virtual ${kind}`);
}

/** To the group, or to each unicast peer. A network that is down is a reason to count, not to fail. */
function sendAdvertisement(
  advertisement: Advertisement,
  router: VirtualRouter,
  world: World,
): void {
  const ready = prepareAdvertisement(advertisement, router, world);
  if (ready === undefined) return void router.counters.add("send-without-source");
  const rest = ready();
  rest();
}

function prepareAdvertisement(
  advertisement: Advertisement,
  router: VirtualRouter,
  world: World,
): PreparedAction | undefined {
  const { channel, outbox } = router;
  if (channel === undefined || outbox === undefined) return undefined;
  const packets = outbox.packetsOf(advertisement);
  return () => {
    const errors = packets.map((packet) => send(channel, packet));
    return () => {
      let sent = 0;
      for (const [i, packet] of packets.entries()) {
        const error = errors[i];
        if (error === undefined) sent++;
        else tellUnsent(packet, error, router);
      }
      if (sent > 0) router.counters.add("advertisement-sent", sent);
      if (advertisement.priority > 0 || sent === 0) return;
      router.counters.add("priority-zero-sent");
      world.log("info", `(${router.config.name}) sent 0 priority`);
    };
  };
}

function send(channel: Channel, packet: Packet): SyscallError | undefined {
  try {
    channel.send(packet);
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  }
}

function tellUnsent({ destination }: Packet, error: SyscallError, router: VirtualRouter): void {
  router.counters.add("send-failed");
  router.logOnce(
    "send-failed",
    () => `(${router.config.name}) cannot send to ${destination}: ${error.message}`,
  );
}

function logAnnouncement(addresses: readonly VirtualAddress[], name: string, world: World): void {
  if (world.detail === 0) return;
  for (const { address, interface: dev } of addresses) {
    const what = familyOf(address) === 4
      ? "gratuitous ARPs"
      : "unsolicited neighbour advertisements";
    world.log("info", `(${name}) Sending/queueing ${what} on ${dev} for ${address}`);
  }
}

function notifyPriority(name: string, state: StateKind, priority: number, world: World): void {
  if (state !== "initialize") world.notifier.notify({ kind: "priority", name, state, priority });
}
