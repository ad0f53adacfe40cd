import {
  checkPlatform,
  Epoll,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EventCounter,
  nowUs,
  Timer,
  waitReadable,
} from "@keepalived/linux";
import { type Deadline, Deadlines, type NextDeadline } from "./deadlines.ts";
import type { Recorder } from "./recorder.ts";

/** What a descriptor is watched for. */
export type Interest = "read" | "write" | "both";

/** What a descriptor is ready for. An error or a hang-up counts as ready: the next call tells. */
export type Ready = {
  readonly readable: boolean;
  readonly writable: boolean;
  /** There is an error or a hang-up: without one, a connection that can be written to is open. */
  readonly failed: boolean;
};

/** A watched descriptor. Dispose it before the descriptor is closed. */
export type Watch = Disposable & {
  readonly setInterest: (interest: Interest) => void;
  /** In place of disposing, if nothing comes between this and closing the descriptor: saves a system call. */
  readonly forget: () => void;
};

/** How much is done in one turn before the runtime's own work gets its chance. */
export type ReactorLimits = {
  readonly eventsPerTurn: number;
  readonly deadlinesPerTurn: number;
  readonly postsPerTurn: number;
};

/** How often something was done, and how often a limit left work for the next turn. */
export type ReactorCounters = {
  readonly turns: number;
  readonly events: number;
  readonly deadlines: number;
  readonly posts: number;
  readonly eventsAtLimit: number;
  readonly deadlinesAtLimit: number;
  readonly postsAtLimit: number;
};

/** Most time that the timer is set early by, and so the most that is spent on waiting for the exact moment. */
const LONGEST_LEAD_US = 200;

const TIMER = 0;
const WAKE = 1;
const FIRST_WATCH = 2;

/**
 * The event loop: descriptors, deadlines and posted callbacks over one epoll descriptor.
 *
 * In each turn descriptors come first, then deadlines: after a stall, packets that have already arrived count before the
 * deadlines that they would have moved, be it that the descriptors take several turns. Callbacks run to completion; what
 * one throws ends {@linkcode run}.
 */
export class Reactor {
  /** Told of all machines that are hosted from now on. */
  recorder: Recorder | undefined;
  readonly #limits: ReactorLimits;
  readonly #epoll: Epoll;
  readonly #timer = new Timer();
  readonly #wake = new EventCounter();
  readonly #deadlines = new Deadlines(() => this.nowUs(), () => {
    if (this.#turnUs === undefined) this.#arm();
  });
  readonly #watches = new Map<number, (ready: Ready) => void>();
  readonly #posted: (() => void)[] = [];
  readonly #counters = {
    turns: 0,
    events: 0,
    deadlines: 0,
    posts: 0,
    eventsAtLimit: 0,
    deadlinesAtLimit: 0,
    postsAtLimit: 0,
  };
  #nextToken = FIRST_WATCH;
  #armedUs: number | undefined;
  #leadUs = 0;
  #turnUs: number | undefined;
  #woken = false;
  /** Descriptors that may be ready and have not had their turn: the kernel reports them in rotation. */
  #unheard = 0;
  #finish: ((error?: unknown) => void) | undefined;
  #lateness: { readonly limitUs: number; readonly tell: (lateUs: number) => void } | undefined;

  constructor(limits: Partial<ReactorLimits> = {}) {
    checkPlatform();
    this.#limits = { eventsPerTurn: 64, deadlinesPerTurn: 256, postsPerTurn: 256, ...limits };
    this.#epoll = new Epoll(this.#limits.eventsPerTurn);
    this.#epoll.add(this.#timer.fd, EPOLLIN, TIMER);
    this.#epoll.add(this.#wake.fd, EPOLLIN, WAKE);
  }

  get counters(): ReactorCounters {
    return { ...this.#counters };
  }

  /**
   * CLOCK_MONOTONIC in integer microseconds: the clock of all deadlines.
   *
   * In a turn it stands still: at the moment of waking for descriptors, at the moment after them for the rest. What
   * happens to a packet is then counted from its arrival and not from the end of its processing.
   */
  nowUs(): number {
    return this.#turnUs ?? nowUs();
  }

  /**
   * Calls back in every turn in which the descriptor is ready, until disposed: read or write as much as you bound.
   *
   * The end of a pipe or connection stays ready: dispose the watch when a read tells it.
   */
  watch(fd: number, interest: Interest, callback: (ready: Ready) => void): Watch {
    const token = this.#nextToken++;
    this.#epoll.add(fd, eventsOf(interest), token);
    this.#watches.set(token, callback);
    return new Watched(this.#epoll, this.#watches, { fd, token, interest });
  }

  /**
   * A deadline that is not set yet. Its callback never comes early.
   *
   * @param prepare called once at the lead of the deadline, if it was set with one; the rest of the time is spent awake,
   *   so that the callback finds its code and data in the processor's caches
   */
  deadline(callback: () => void, prepare?: () => void): Deadline {
    return this.#deadlines.add(callback, prepare);
  }

  /** Calls back once, at a time that may be past; disposing it before cancels it. */
  at(atUs: number, callback: () => void): Disposable {
    const deadline = this.deadline(callback);
    deadline.setAt(atUs);
    return deadline;
  }

  /**
   * Calls back when this process comes so late to a deadline, be it that it was not scheduled, or has too much to do.
   *
   * @param tell called before anything else in the turn, of the deadline that has waited longest; the last one given
   *   counts
   */
  watchLateness(limitUs: number, tell: (lateUs: number) => void): void {
    this.#lateness = { limitUs, tell };
  }

  /** Calls back soon, but not before the caller has returned. */
  post(callback: () => void): void {
    this.#posted.push(callback);
    if (this.#turnUs === undefined) this.#wakeUp();
  }

  /** Works until {@linkcode stop}, and keeps the process alive meanwhile. @throws what a callback threw */
  run(): Promise<void> {
    if (this.#finish !== undefined) throw new TypeError("The reactor already runs");
    this.#arm();
    if (this.#posted.length > 0) this.#wakeUp();
    return new Promise((resolve, reject) => {
      const waiting = waitReadable(this.#epoll.fd, () => this.#turn());
      this.#finish = (error) => {
        this.#finish = undefined;
        waiting[Symbol.dispose]();
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  /** Ends {@linkcode run}. Nothing more is called in this turn. */
  stop(): void {
    this.#finish?.();
  }

  [Symbol.dispose](): void {
    this.stop();
    this.#watches.clear();
    this.#epoll[Symbol.dispose]();
    this.#timer[Symbol.dispose]();
    this.#wake[Symbol.dispose]();
  }

  #turn(): void {
    this.#counters.turns++;
    this.#turnUs = nowUs();
    try {
      this.#tellLateness(this.#turnUs);
      this.#dispatchEvents();
      this.#turnUs = this.#moment();
      if (this.#unheard <= 0) this.#dispatchDeadlines(this.#turnUs);
      this.#dispatchPosts();
      this.#turnUs = undefined;
      if (this.#finish !== undefined) this.#arm();
    } catch (error) {
      this.#turnUs = undefined;
      this.#finish?.(error);
    }
  }

  #tellLateness(now: number): void {
    const lateUs = now - (this.#deadlines.next?.lateFromUs ?? now);
    if (lateUs >= (this.#lateness?.limitUs ?? Infinity)) this.#lateness?.tell(lateUs);
  }

  #dispatchEvents(): void {
    const watched = this.#watches.size;
    const count = this.#epoll.wait((token, events) => {
      if (this.#finish === undefined) return;
      if (token === TIMER) {
        this.#timer.clear();
        this.#learnLead();
        this.#armedUs = undefined;
      } else if (token === WAKE) {
        this.#wake.clear();
        this.#woken = false;
      } else {
        this.#counters.events++;
        this.#watches.get(token)?.(readyOf(events));
      }
    });
    if (count < this.#limits.eventsPerTurn) this.#unheard = 0;
    else {
      this.#unheard = (this.#unheard > 0 ? this.#unheard : watched) - count;
      this.#counters.eventsAtLimit++;
    }
  }

  #dispatchDeadlines(now: number): void {
    for (let i = 0; i < this.#limits.deadlinesPerTurn; i++) {
      if (this.#finish === undefined) return;
      const callback = this.#deadlines.takeDue(now);
      if (callback === undefined) return;
      this.#counters.deadlines++;
      callback();
    }
    this.#counters.deadlinesAtLimit++;
  }

  /** What a posted callback posts waits for the next turn. */
  #dispatchPosts(): void {
    const count = Math.min(this.#posted.length, this.#limits.postsPerTurn);
    for (let i = 0; i < count && this.#finish !== undefined; i++) {
      this.#counters.posts++;
      this.#posted.shift()?.();
    }
    if (count === this.#limits.postsPerTurn) this.#counters.postsAtLimit++;
    if (this.#posted.length > 0) this.#wakeUp();
  }

  /** A timer that was set too early is left: one needless turn is cheaper than a call for each deadline that moves. */
  #arm(): void {
    const { next } = this.#deadlines;
    if (next === undefined) return;
    const beginUs = next.atUs - next.leadUs;
    if (this.#armedUs !== undefined && this.#armedUs <= beginUs) return;
    this.#armedUs = Math.max(0, beginUs - this.#leadUs);
    this.#timer.setAt(this.#armedUs);
  }

  /** Waking takes a while, on an idle machine always about the same: the timer is set that much early. */
  #learnLead(): void {
    if (this.#armedUs === undefined || this.#turnUs === undefined) return;
    const lateUs = Math.min(LONGEST_LEAD_US, Math.max(0, this.#turnUs - this.#armedUs));
    this.#leadUs += Math.round((lateUs - this.#leadUs) / 4);
  }

  /**
   * The time now, or that of the next deadline if it is so near that it is waited for here: with an eye on the
   * descriptors, for what arrives in the meantime may move it.
   */
  #moment(): number {
    let prepared: NextDeadline | undefined;
    for (;;) {
      const now = nowUs();
      const { next } = this.#deadlines;
      if (next === undefined || this.#finish === undefined) return now;
      if (next.atUs <= now || next.atUs - next.leadUs - this.#leadUs > now) return now;
      if (next.leadUs > 0 && next !== prepared) next.prepare?.();
      prepared = next;
      this.#turnUs = now;
      this.#dispatchEvents();
    }
  }

  #wakeUp(): void {
    if (this.#woken) return;
    this.#woken = true;
    this.#wake.signal();
  }
}

/** A class and no closures: there may be many thousands of them each second. */
class Watched implements Watch {
  readonly #epoll: Epoll;
  readonly #watches: Map<number, unknown>;
  readonly #fd: number;
  readonly #token: number;
  #interest: Interest;

  constructor(
    epoll: Epoll,
    watches: Map<number, unknown>,
    { fd, token, interest }: {
      readonly fd: number;
      readonly token: number;
      readonly interest: Interest;
    },
  ) {
    this.#epoll = epoll;
    this.#watches = watches;
    this.#fd = fd;
    this.#token = token;
    this.#interest = interest;
  }

  setInterest(interest: Interest): void {
    if (interest === this.#interest) return;
    this.#interest = interest;
    this.#epoll.change(this.#fd, eventsOf(interest), this.#token);
  }

  forget(): void {
    this.#watches.delete(this.#token);
  }

  [Symbol.dispose](): void {
    if (this.#watches.delete(this.#token)) this.#epoll.remove(this.#fd);
  }
}

function readyOf(events: number): Ready {
  return {
    readable: (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) !== 0,
    writable: (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) !== 0,
    failed: (events & (EPOLLHUP | EPOLLERR)) !== 0,
  };
}

function eventsOf(interest: Interest): number {
  switch (interest) {
    case "read":
      return EPOLLIN;
    case "write":
      return EPOLLOUT;
    case "both":
      return EPOLLIN | EPOLLOUT;
  }
}
