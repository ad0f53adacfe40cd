import {
  type Action,
  type Advertisement,
  type InstanceEvent,
  memberEvent,
} from "@keepalived/vrrp-fsm";
import { Dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import { Lan } from "./lan.ts";
import type { Machines, Member } from "./member.ts";
import { Queue } from "./queue.ts";
import { newRouter, type Port, type Router } from "./router.ts";
import { beginning, nextDeadlineUs, type Stepped, type Task, turn } from "./turn.ts";

/** How late a process wakes up at most, microseconds. */
export const MAX_LATE_US = 5_000;
/** Packets that wait for a process that does not run. */
const MAX_WAITING = 64;

/** Sees what happens in a world. */
export type Watch = {
  /** One event, and all that follows from it within the router. */
  readonly turned: (world: World, router: Router, steps: readonly Stepped[]) => void;
  /** All that a moment brought to the router is done. */
  readonly rested: (world: World, router: Router) => void;
};

type RouterFault = Extract<Fault, { readonly router: number }>;

type Happening =
  | { readonly kind: "wake"; readonly router: Router; readonly wakeUp: number }
  | {
    readonly kind: "arrive";
    readonly router: Router;
    readonly segment: number;
    readonly event: InstanceEvent;
  }
  | { readonly kind: "resume"; readonly router: Router };

/** Routers on some segments, in virtual time. One seed, one run. */
export class World {
  readonly routers: readonly Router[];
  readonly lans: readonly Lan[];
  nowUs = 0;
  readonly #machines: Machines;
  readonly #dice: Dice;
  readonly #queue = new Queue<Happening>();
  readonly #watch: Watch;

  constructor(machines: Machines, members: readonly Member[], seed: number, watch: Watch) {
    this.#machines = machines;
    this.#dice = new Dice(seed);
    this.#watch = watch;
    const segments = Math.max(...members.map((member) => member.instances.length));
    this.lans = Array.from({ length: segments }, () => new Lan(this.#dice));
    this.routers = members.map((member, index) =>
      newRouter(member, index, beginning(machines, member, index), segments)
    );
  }

  /** Lets happen what is due until then, or until `isOver`. */
  run(untilUs: number, isOver: () => boolean): void {
    for (;;) {
      const atUs = this.#queue.nextAtUs();
      if (atUs === undefined || atUs > untilUs || isOver()) break;
      this.nowUs = atUs;
      const happening = this.#queue.take() as Happening;
      this.#happen(happening);
      this.#watch.rested(this, happening.router);
    }
    this.nowUs = Math.max(this.nowUs, untilUs);
  }

  /** Does to the world what the fault says; what does not apply does nothing. */
  apply(fault: Fault): void {
    switch (fault.kind) {
      case "partition":
        for (const segment of fault.segments) this.lans[segment]?.partition(fault.groups);
        return;
      case "one-way":
        for (const segment of fault.segments) this.lans[segment]?.block(fault.from, fault.to);
        return;
      case "heal":
        for (const lan of this.lans) lan.heal();
        return;
      case "loss":
        for (const lan of this.lans) lan.lossPercent = fault.percent;
        return;
    }
    const router = this.routers[fault.router];
    if (router === undefined) throw new RangeError(`No such router: ${fault.router}`);
    this.#strike(router, fault);
    this.#watch.rested(this, router);
  }

  #strike(router: Router, fault: RouterFault): void {
    switch (fault.kind) {
      case "restart":
        return this.#restart(router);
      case "reconfigure":
        return this.#reconfigure(router, fault.member);
      case "link-down":
      case "link-up":
      case "script-down":
      case "script-up":
        return this.#breakOrMend(router, fault);
      case "weight":
        return this.#weigh(router, fault);
    }
    if (!router.isAlive) return;
    switch (fault.kind) {
      case "crash":
        router.isAlive = false;
        router.pause = "none";
        for (const { held } of router.ports) held.clear();
        this.#setDeadline(router, undefined);
        return;
      case "pause":
      case "freeze":
        if (router.pause !== "none") return;
        router.pause = fault.kind === "pause" ? "waiting" : "deaf";
        this.#queue.put(this.nowUs + fault.forUs, { kind: "resume", router });
        return;
      case "jump":
        router.aheadUs += fault.byUs;
        if (router.pause !== "none") return;
        router.resumedAtUs = this.nowUs;
        return this.#timeout(router);
      case "address-lost":
        if (router.state.instances[fault.segment]?.kind !== "active") return;
        return this.#tell(router, fault.segment, { kind: "owned-address-lost" });
      case "startup":
      case "shutdown":
        router.isRunning = fault.kind === "startup";
        for (const segment of this.lans.keys()) this.#tell(router, segment, { kind: fault.kind });
        return;
    }
  }

  #breakOrMend(router: Router, fault: Extract<Fault, { readonly segment: number }>): void {
    const port = router.ports[fault.segment];
    if (port === undefined) throw new RangeError(`No such segment: ${fault.segment}`);
    const present = fault.kind === "link-down" || fault.kind === "script-down";
    const isLink = fault.kind === "link-down" || fault.kind === "link-up";
    if (isLink) port.hasLink = !present;
    else port.hasScript = !present;
    const reason = isLink ? "interface-down" : "script";
    if (router.isAlive) this.#tell(router, fault.segment, { kind: "fault", reason, present });
  }

  #weigh(router: Router, fault: Extract<Fault, { readonly kind: "weight" }>): void {
    for (const segment of fault.segments) {
      const port = router.ports[segment];
      if (port === undefined) continue;
      port.adjustment = fault.adjustment;
      if (!router.isAlive) continue;
      this.#tell(router, segment, { kind: "priority", adjustment: fault.adjustment });
    }
  }

  #restart(router: Router): void {
    if (router.isAlive) return;
    router.isAlive = true;
    router.isRunning = true;
    router.pause = "none";
    router.waiting.length = 0;
    router.reload = undefined;
    const seed = this.#dice.integer(0, 0xffff_ffff);
    router.state = beginning(this.#machines, router.member, seed);
    for (const segment of this.lans.keys()) this.#begin(router, segment);
  }

  /** What a process tells a new instance. */
  #begin(router: Router, segment: number): void {
    const { hasLink, hasScript, adjustment } = router.ports[segment] as Port;
    const events: InstanceEvent[] = [
      { kind: "local-address", address: router.member.address },
      { kind: "fault", reason: "interface-down", present: !hasLink },
      { kind: "fault", reason: "script", present: !hasScript },
      { kind: "priority", adjustment },
    ];
    if (router.isRunning) events.push({ kind: "startup" });
    for (const event of events) this.#step(router, { segment, event });
  }

  /** A reload, in the order of the process: what goes, what stays, the groups, what comes. */
  #reconfigure(router: Router, member: Member): void {
    const previous = router.member;
    if (!router.isAlive) {
      router.member = member;
      return;
    }
    if (router.pause !== "none") {
      router.reload = member;
      return;
    }
    const { syncGroup, instance } = this.#machines;
    const goes = previous.instances.map((config, i) =>
      config !== undefined && !member.instances[i]
    );
    for (const [segment, isGone] of goes.entries()) {
      if (isGone) this.#step(router, { segment, event: { kind: "shutdown" } });
    }
    router.member = { ...member, groups: previous.groups };
    const { instances } = router.state;
    router.state = {
      ...router.state,
      instances: member.instances.map((config, i) =>
        config === undefined ? undefined : instances[i] ?? instance.start(config, i)
      ),
    };
    for (const [segment, config] of previous.instances.entries()) {
      if (config === undefined || goes[segment]) continue;
      this.#step(router, { segment, event: { kind: "configured", previous: config } });
    }
    // Groups that end let their members go before the others are told who is left.
    const known = new Map(previous.groups.map((it, i) => [it.name, router.state.groups[i]]));
    const ended = previous.groups.map((it) =>
      member.groups.find(({ name }) => name === it.name) ?? { ...it, members: [] }
    );
    router.member = { ...member, groups: ended };
    for (const [group, config] of previous.groups.entries()) {
      this.#step(router, { group, event: { kind: "configured", previous: config } });
      known.set(config.name, router.state.groups[group]);
    }
    router.member = member;
    const groups = member.groups.map((it, i) => known.get(it.name) ?? syncGroup.start(it, i));
    router.state = { ...router.state, groups };
    for (const [group, { members }] of member.groups.entries()) {
      for (const name of members) {
        const state = router.state.instances[member.instances.findIndex((it) => it?.name === name)];
        if (state !== undefined) this.#step(router, { group, event: memberEvent(name, state) });
      }
    }
    for (const [segment, config] of member.instances.entries()) {
      if (config !== undefined && !previous.instances[segment]) this.#begin(router, segment);
    }
  }

  #happen(happening: Happening): void {
    const { router } = happening;
    switch (happening.kind) {
      case "arrive":
        if (!router.isAlive || !router.ports[happening.segment]?.hasLink) return;
        if (router.pause === "deaf") return;
        return this.#tell(router, happening.segment, happening.event);
      case "wake":
        // A process that does not run looks at its timer when it does again.
        if (happening.wakeUp !== router.wakeUp || router.pause !== "none") return;
        return this.#timeout(router);
      case "resume":
        this.#resume(router);
    }
  }

  #resume(router: Router): void {
    if (router.pause === "none") return;
    router.pause = "none";
    router.resumedAtUs = this.nowUs;
    // Whether the timer or the socket is looked at first is up to the host.
    const timerFirst = this.#dice.oneIn(2);
    if (timerFirst) this.#timeout(router);
    for (const { segment, event, atUs } of router.waiting.splice(0)) {
      this.#step(router, { segment, event }, atUs);
    }
    if (!timerFirst) this.#timeout(router);
    const { reload } = router;
    router.reload = undefined;
    if (reload !== undefined) this.#reconfigure(router, reload);
  }

  /** All instances that are due. */
  #timeout(router: Router): void {
    router.deadlineUs = undefined;
    for (const segment of this.lans.keys()) {
      const state = router.state.instances[segment];
      const atUs = state && this.#machines.instance.nextDeadlineUs(state);
      if (atUs === undefined || atUs > this.nowUs + router.aheadUs) continue;
      this.#step(router, { segment, event: { kind: "timeout" } });
    }
    this.#setDeadline(router, nextDeadlineUs(this.#machines, router.state));
  }

  #tell(router: Router, segment: number, event: InstanceEvent): void {
    if (router.pause === "none") this.#step(router, { segment, event });
    else if (router.waiting.length < MAX_WAITING || event.kind !== "advertisement") {
      router.waiting.push({ segment, event, atUs: this.nowUs + router.aheadUs });
    }
  }

  /** @param atUs when it happened on the router's clock; absent: now */
  #step(router: Router, task: Task, atUs = this.nowUs + router.aheadUs): void {
    router.lastUs = Math.max(router.lastUs, atUs);
    const { state, steps } = turn(this.#machines, router.member, router.state, task, router.lastUs);
    router.state = state;
    for (const { segment, actions } of steps) {
      for (const action of actions) this.#perform(router, segment, action);
    }
    this.#watch.turned(this, router, steps);
    this.#setDeadline(router, nextDeadlineUs(this.#machines, state));
  }

  #setDeadline(router: Router, deadlineUs: number | undefined): void {
    if (deadlineUs === router.deadlineUs) return;
    router.deadlineUs = deadlineUs;
    router.wakeUp++;
    if (deadlineUs === undefined) return;
    const lateUs = this.#dice.integer(0, MAX_LATE_US);
    const atUs = Math.max(deadlineUs - router.aheadUs + lateUs, this.nowUs);
    this.#queue.put(atUs, { kind: "wake", router, wakeUp: router.wakeUp });
  }

  #send(from: Router, segment: number, { priority, maxAdvertiseIntervalUs }: Advertisement): void {
    const event: InstanceEvent = {
      kind: "advertisement",
      source: from.member.address,
      priority,
      maxAdvertiseIntervalUs,
    };
    for (const router of this.routers) {
      if (router === from) continue;
      const atUs = this.lans[segment]?.arrivalUs(from.index, router.index, this.nowUs);
      if (atUs !== undefined) this.#queue.put(atUs, { kind: "arrive", router, segment, event });
    }
  }

  #perform(router: Router, segment: number, action: Action): void {
    const port = router.ports[segment] as Port;
    switch (action.kind) {
      case "send-advertisement":
        if (port.hasLink) this.#send(router, segment, action.advertisement);
        return;
      case "add-addresses":
        for (const { address } of action.addresses) port.held.add(address);
        return;
      case "remove-addresses":
        for (const { address } of action.addresses) port.held.delete(address);
        return;
      case "add-holdings":
        for (const { key } of action.holdings) port.held.add(key);
        return;
      case "remove-holdings":
        for (const { key } of action.holdings) port.held.delete(key);
        return;
      case "announce":
      case "state-changed":
      case "priority-changed":
      case "lower-priority-heard":
      case "owner-conflict":
      case "tell-group":
        return;
    }
  }
}
