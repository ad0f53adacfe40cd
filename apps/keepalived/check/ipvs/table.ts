import { EEXIST, ENOENT, ESRCH } from "@keepalived/linux";
import { describeKey } from "@keepalived/netlink-ipvs";
import { type BatchFailures, NetlinkError, type Scheduler } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { batchLength, type Ipvs } from "./client.ts";
import { Complaints } from "./complaints.ts";
import { foreignChanges } from "./foreign_changes.ts";
import { type Applied, note, type Operation, operationsFor, requestOf } from "./operation.ts";
import { textOf, Wanted, type WantedService } from "./wanted.ts";

/** How often the kernel's table is compared with ours. */
const auditIntervalUs = 60_000_000;
/** From an error to the next attempt; doubles with each that fails, up to 64 s. */
const retryUs = 1_000_000;
const doublings = 6;
/** Times in one run that the table is read again because somebody else changes it too. */
const racesPerRun = 3;
/** Lines about what others changed, each time that the table is read. */
const linesAtOnce = 10;

/** What a table works with. */
export type TableOptions = {
  readonly ipvs: Pick<Ipvs, "batch" | "read">;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Default: a minute. */
  readonly auditIntervalUs?: number;
};

/**
 * The services that the kernel is to have, and what it has of them.
 *
 * Wishes of one turn go out together, many in one datagram; what is known of the kernel changes only by what it has
 * carried out. What is there already is taken over. The table is read at first, every minute and after errors: what
 * somebody else changed is put right, and said. Services that nobody wants here are not touched.
 */
export class Table implements Disposable {
  readonly #options: Required<TableOptions>;
  readonly #wanted = new Wanted();
  readonly #wakeUp: Disposable & { readonly setAt: (atUs: number) => void };
  readonly #complaints: Complaints;
  /** Names of requests that failed in this run. */
  readonly #failed = new Set<string>();
  /** Texts of services that failed in this run: that their destinations do too is no news. */
  readonly #spoilt = new Set<string>();
  /** Texts of services of which it is not known whether the kernel has done what it was asked. */
  readonly #doubtful = new Set<string>();
  #applied: Applied = new Map();
  /** Texts of the keys of services to look at. */
  #due = new Set<string>();
  #isToBeRead = true;
  #auditAtUs = 0;
  #state: "resting" | "woken" | "busy" | "over" = "resting";
  /** Runs in a row that left something undone. */
  #failures = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: TableOptions) {
    this.#options = { auditIntervalUs, ...options };
    this.#complaints = new Complaints(options.log);
    this.#wakeUp = options.scheduler.deadline(() => void this.#run());
  }

  /** What an owner wants from now on. A service that several want has the destinations of all. */
  set(owner: string, services: readonly WantedService[]): void {
    for (const text of this.#wanted.set(owner, services)) this.#due.add(text);
    if (this.#due.size > 0) this.#wake();
  }

  /** An owner wants nothing any more. */
  remove(owner: string): void {
    this.set(owner, []);
  }

  /** Nobody wants anything any more. */
  clear(): void {
    for (const owner of this.#wanted.owners) this.remove(owner);
  }

  /** Reads the kernel's table soon, and puts right what others changed. */
  audit(): void {
    this.#isToBeRead = true;
    this.#wake();
  }

  /** Done when everything that was wanted so far has been tried. */
  idle(): Promise<void> {
    if (this.#state === "resting" || this.#state === "over") return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Asks for nothing more; the kernel keeps what it has. */
  [Symbol.dispose](): void {
    this.#wakeUp[Symbol.dispose]();
    this.#enter("over");
  }

  #wake(): void {
    if (this.#state !== "resting") return;
    this.#enter("woken");
    this.#wakeUp.setAt(this.#options.scheduler.nowUs());
  }

  async #run(): Promise<void> {
    const { scheduler } = this.#options;
    if (scheduler.nowUs() >= this.#auditAtUs) this.#isToBeRead = true;
    this.#enter("busy");
    const hasRead = this.#isToBeRead;
    const isDone = await this.#work();
    if (this.#isOver) return;
    this.#failed.clear();
    this.#spoilt.clear();
    this.#complaints.endOfRun();
    this.#failures = isDone ? 0 : this.#failures + 1;
    if (!isDone) {
      this.#auditAtUs = scheduler.nowUs() + retryUs * 2 ** Math.min(this.#failures - 1, doublings);
    } else if (hasRead) this.#auditAtUs = scheduler.nowUs() + this.#options.auditIntervalUs;
    this.#enter("resting");
    if (isDone && this.#due.size > 0) this.#wake();
    else this.#wakeUp.setAt(this.#auditAtUs);
  }

  /** @returns whether nothing is left undone */
  async #work(): Promise<boolean> {
    let races = 0;
    while (!this.#isOver) {
      if (this.#isToBeRead && !(await this.#read())) return false;
      if (this.#due.size === 0) break;
      if (await this.#apply(races < racesPerRun) === "race") {
        races++;
        this.#isToBeRead = true;
      }
    }
    return this.#failed.size === 0;
  }

  /** Learns what the kernel has of our services. @returns whether it said so */
  async #read(): Promise<boolean> {
    const known = this.#applied;
    const found: Applied = new Map();
    try {
      const isOurs = (text: string) => this.#wanted.has(text) || known.has(text);
      const services = await this.#options.ipvs.read((key) => isOurs(describeKey(key)));
      for (const { service, destinations } of services) {
        found.set(describeKey(service.key), {
          service,
          destinations: new Map(
            destinations.map(({ destination }) => [textOf(destination), destination]),
          ),
        });
      }
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#complaints.say(`cannot read the kernel's table: ${error.message}`);
      return false;
    }
    this.#isToBeRead = false;
    this.#applied = found;
    for (const text of [...known.keys(), ...this.#wanted.texts]) this.#due.add(text);
    this.#tell(known, found);
    return true;
  }

  #tell(known: Applied, found: Applied): void {
    const { log } = this.#options;
    const adopted = [...found].filter(([text]) => !known.has(text)).map(([, it]) => it);
    if (adopted.length > 0) {
      const count = adopted.reduce((sum, { destinations }) => sum + destinations.size, 0);
      const [services, servers] = [plural(adopted.length, "service"), plural(count, "destination")];
      log("info", `IPVS: took over ${services} with ${servers}`);
    }
    const certain = new Map([...known].filter(([text]) => !this.#doubtful.has(text)));
    this.#doubtful.clear();
    const changes = foreignChanges(certain, found);
    for (const line of changes.slice(0, linesAtOnce)) log("warning", `IPVS: somebody ${line}`);
    const left = changes.length - linesAtOnce;
    if (left > 0) log("warning", `IPVS: somebody made ${left} more changes, which are undone`);
  }

  /**
   * Carries out what is to be changed of the services that are due, until there are new wishes.
   *
   * @param mayRace whether to look again if somebody else changes the table too; otherwise that is a failure
   */
  async #apply(mayRace: boolean): Promise<"race" | undefined> {
    const operations = this.#plan();
    for (let i = 0; i < operations.length; i += batchLength) {
      const batch = operations.slice(i, i + batchLength);
      const failures = await this.#options.ipvs.batch(batch.map(requestOf));
      if (this.#take(batch, failures, mayRace) === "race") return "race";
      if (this.#isOver) return;
      if (this.#due.size === 0 && !this.#isToBeRead) continue;
      for (const { text } of operations.slice(i + batchLength)) this.#due.add(text);
      return;
    }
  }

  #plan(): readonly Operation[] {
    const due = [...this.#due];
    this.#due.clear();
    const all = due.flatMap((text) =>
      operationsFor(this.#wanted.get(text), this.#applied.get(text))
    );
    if (this.#failed.size === 0) return all;
    return all.filter((it) => !this.#failed.has(requestOf(it).name));
  }

  #take(batch: readonly Operation[], failures: BatchFailures, mayRace: boolean) {
    let isRace = false;
    for (const [i, operation] of batch.entries()) {
      const error = failures.get(i);
      const { text } = operation;
      if (error === undefined || isGone(operation, error)) note(operation, this.#applied);
      else if (mayRace && isConflict(operation, error) && !this.#spoilt.has(text)) isRace = true;
      else {
        this.#failed.add(error.request);
        if (!this.#spoilt.has(text)) this.#complaints.say(error.message);
        if (operation.on === "service") this.#spoilt.add(text);
        if (isUncertain(error)) this.#doubtful.add(text);
      }
    }
    return isRace ? "race" : undefined;
  }

  get #isOver(): boolean {
    return this.#state === "over";
  }

  #enter(state: "resting" | "woken" | "busy" | "over"): void {
    if (this.#isOver) return;
    this.#state = state;
    if (state === "woken" || state === "busy") return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/** What was to be removed is not there. */
function isGone({ verb }: Operation, { errno }: NetlinkError): boolean {
  return verb === "remove" && (errno === ENOENT || errno === ESRCH);
}

/** Somebody else added or removed the object, or its service. */
function isConflict({ verb, on }: Operation, { errno }: NetlinkError): boolean {
  if (verb === "add") return errno === EEXIST || on === "destination" && errno === ESRCH;
  // Of a service, ENOENT would say that its scheduler is.
  return errno === ESRCH || on === "destination" && errno === ENOENT;
}

/** Whether the kernel has done it is not known. */
function isUncertain({ code }: NetlinkError): boolean {
  return ["ETIMEDOUT", "ENOBUFS", "EBADMSG"].includes(code);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
