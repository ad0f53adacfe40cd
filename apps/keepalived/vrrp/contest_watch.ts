import type { IpAddress } from "@keepalived/ip-address";
import { type Host, host } from "@keepalived/reactor";
import {
  type Cause,
  type Contender,
  contest,
  type ContestAction,
  type ContestConfig,
  type ContestEvent,
  type ContestState,
  type StateKind,
} from "@keepalived/vrrp-fsm";
import type { World } from "./world.ts";

/** How long the silence of the former MASTER is held to be worth a look: then it is surely known, or gone for good. */
const doubtUs = 300_000_000;

/** What a watch asks of the virtual router that it belongs to. */
export type Contested = {
  /** Its name may change. */
  readonly name: () => string;
  readonly priority: () => number;
  /** What else is known of a contender, as the end of a sentence; undefined: nothing. */
  readonly evidence: (contender: Contender) => string | undefined;
  /** Whoever learned the other router's MAC address has to learn ours again. */
  readonly announceAgain: () => void;
  /** Whoever is MASTER now has to know that we were, unless nothing beyond the standard is wanted. */
  readonly lastWord: () => unknown;
};

/** Who advertised what. */
type Advertised = Omit<Extract<ContestEvent, { readonly kind: "advertisement" }>, "kind">;

type Heard = {
  readonly source: IpAddress;
  readonly resigned: boolean;
  /** When it should have been heard again at the latest, if it still were MASTER. */
  readonly expectedUs: number;
};

/** Sees and says that two routers may be MASTER: one virtual router's contest machine on its host. */
export class ContestWatch {
  readonly #router: Contested;
  readonly #world: World;
  readonly #host: Host<ContestConfig, ContestState, ContestEvent>;
  #heard: Heard | undefined;
  /** The MASTER in whose place this router is, as it fell silent without having resigned. */
  #deposed: IpAddress | undefined;
  /** The same, since this router has given way. */
  #restored: IpAddress | undefined;

  constructor(router: Contested, advertisementIntervalUs: number, world: World) {
    this.#router = router;
    this.#world = world;
    this.#host = host(contest, {
      name: `contest ${router.name()}`,
      config: { advertisementIntervalUs, doubtUs },
      seed: 0,
      scheduler: world.scheduler,
      perform: (action) => this.#perform(action),
    });
  }

  /** Who makes it doubtful that this router alone is MASTER; undefined: nobody. */
  get contender(): Contender | undefined {
    return this.#host.state.told ?? undefined;
  }

  configure(advertisementIntervalUs: number): void {
    this.#host.configure({ advertisementIntervalUs, doubtUs });
  }

  /** An advertisement that was accepted and that the virtual router has taken note of. */
  heard(advertisement: Advertised, atUs: number): void {
    const { source, priority, maxAdvertiseIntervalUs } = advertisement;
    const expectedUs = atUs + 2 * maxAdvertiseIntervalUs;
    this.#heard = { source, resigned: priority === 0, expectedUs };
    this.#host.send({ kind: "advertisement", ...advertisement }, atUs);
    // It may have been MASTER all the time, and not know that hosts have learned where we were.
    if (this.#restored === source && priority > 0) this.#router.lastWord();
    this.#restored = undefined;
  }

  /** One with our VRID that was refused: nothing to follow, but somebody else is MASTER by it. */
  refused(advertisement: Advertised, atUs: number): void {
    this.#host.send({ kind: "advertisement", ...advertisement }, atUs);
  }

  /** The virtual router has changed its state. */
  stateChanged(to: StateKind, reason: Cause): void {
    if (to !== "active") {
      const gaveWay = to === "backup" && (reason === "higher-priority" || reason === "group");
      this.#restored = gaveWay ? this.#deposed : undefined;
      this.#deposed = undefined;
      if (to !== "backup") this.#heard = undefined;
      return this.#host.send({ kind: "left-active" });
    }
    const silent = reason === "active-down" || reason === "group" ? this.#silent() : undefined;
    this.#deposed = silent;
    this.#host.send({ kind: "became-active", ...(silent === undefined ? {} : { silent }) });
  }

  [Symbol.dispose](): void {
    this.#host[Symbol.dispose]();
  }

  /** The last MASTER that was heard, if it neither resigned nor goes on advertising. */
  #silent(): IpAddress | undefined {
    const heard = this.#heard;
    if (heard === undefined || heard.resigned) return undefined;
    return this.#world.scheduler.nowUs() >= heard.expectedUs ? heard.source : undefined;
  }

  #perform(action: ContestAction): void {
    const { evidence, announceAgain, priority } = this.#router;
    const name = this.#router.name();
    const { kind, by, source } = action;
    this.#world.notifier.notify({
      kind: kind === "contested" ? kind : "uncontested",
      name,
      priority: priority(),
    });
    if (kind === "contested") {
      this.#world.log("warning", `(${name}) contested: ${causeOf(action, evidence(action))}`);
    } else {
      this.#world.log("info", `(${name}) no longer contested by ${source}`);
      if (action.won && by === "rival") announceAgain();
    }
  }
}

/** What is the matter, with the likely cause. */
function causeOf({ by, source }: Contender, evidence: string | undefined): string {
  return by === "rival"
    ? `${source} is MASTER too: ${evidence ?? "it does not hear us, or refuses what we send"}`
    : `${source} was MASTER and fell silent: ${evidence ?? "it is down, or we do not hear it"}`;
}
