import { hostname } from "node:os";
import type { GlobalConfig, WebhookConfig } from "@keepalived/keepalived-config";
import type { Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import type { Delivery, Told } from "../notify/delivery.ts";
import type { DeliverySnapshot } from "../status/snapshot/parent_snapshot.ts";
import { type DeliveryCounters, DeliveryQueue, type Failure } from "./delivery_queue.ts";
import { fullHostName } from "./host_name.ts";
import { post } from "./post.ts";
import { type DatedMail, sendMail } from "./send_mail.ts";

/** The settings that deliveries follow. */
export type DeliverySettings = Pick<GlobalConfig, "routerId" | "smtp" | "notify">;

export type DeliveriesOptions = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly settings: DeliverySettings;
};

type Webhook = { config: WebhookConfig; readonly queue: DeliveryQueue<string> };

const second = 1_000_000;

/** A mail is given up after about 20 minutes. */
const mailTimes = { firstPauseUs: 5 * second, longestPauseUs: 300 * second };
const mailRetries = 9;
const webhookTimes = { firstPauseUs: second, longestPauseUs: 60 * second };

/** How long the end of the daemon waits for what is still to be delivered. */
const farewellUs = 3 * second;

/**
 * Mails and webhooks: what processes that have no time for it tell others over the network.
 *
 * The parent does this: nothing that hangs here delays an advertisement or a check.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #mails: DeliveryQueue<DatedMail>;
  #settings: DeliverySettings;
  /** Asked for with the first mail. */
  #hostName: Promise<string> | undefined;
  /** By URL. */
  readonly #webhooks = new Map<string, Webhook>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#mails = new DeliveryQueue({
      ...options,
      ...mailTimes,
      title: "SMTP alert",
      retries: () => mailRetries,
      attempt: (mail) => this.#send(mail),
    });
    this.configure(options.settings);
  }

  /** What became of the mails, and of what webhooks were told: of those of one host together. */
  get counters(): readonly DeliverySnapshot[] {
    const webhooks = [...this.#webhooks].map(([url, { queue }]) => [originOf(url), queue] as const);
    const sums = new Map<string, DeliverySnapshot>();
    for (const [to, { counters }] of [["mail", this.#mails] as const, ...webhooks]) {
      const { delivered, failed, dropped, waiting } = sums.get(to) ?? none;
      sums.set(to, {
        to,
        delivered: delivered + counters.delivered,
        failed: failed + counters.failed,
        dropped: dropped + counters.dropped,
        waiting: waiting + counters.waiting,
      });
    }
    return [...sums.values()];
  }

  /** Goes over to other settings: what waits is delivered by these, unless its webhook is gone. */
  configure(settings: DeliverySettings): void {
    this.#settings = settings;
    const wanted = new Map(settings.notify.webhooks.map((it) => [it.url, it]));
    for (const [url, { queue }] of this.#webhooks) {
      if (wanted.has(url)) continue;
      queue[Symbol.dispose]();
      this.#webhooks.delete(url);
    }
    for (const [url, config] of wanted) {
      const known = this.#webhooks.get(url);
      if (known === undefined) this.#webhooks.set(url, this.#open(config));
      else known.config = config;
    }
  }

  take({ atMs, mail, told }: Delivery): void {
    if (mail !== undefined) this.#mails.push({ ...mail, atMs });
    if (told === undefined || this.#webhooks.size === 0) return;
    const json = JSON.stringify(documentOf(told, atMs, this.#settings.routerId));
    for (const { queue } of this.#webhooks.values()) queue.push(json);
  }

  /** Delivers what waits, and ends: done when all was tried, or the time for that is over. */
  async end(): Promise<void> {
    const queues = [this.#mails, ...[...this.#webhooks.values()].map(({ queue }) => queue)];
    await Promise.all(queues.map((queue) => queue.end(farewellUs)));
  }

  async #send(mail: DatedMail): Promise<Failure | undefined> {
    this.#hostName ??= fullHostName();
    const failure = await sendMail(mail, this.#settings.smtp, await this.#hostName);
    if (failure === undefined) this.#options.log("info", "SMTP alert successfully sent.");
    return failure;
  }

  #open(config: WebhookConfig): Webhook {
    const queue = new DeliveryQueue<string>({
      ...this.#options,
      ...webhookTimes,
      title: `Webhook ${originOf(config.url)}`,
      retries: () => webhook.config.retries,
      attempt: (json) => post(json, webhook.config),
    });
    const webhook: Webhook = { config, queue };
    return webhook;
  }
}

const none: DeliveryCounters = { delivered: 0, failed: 0, dropped: 0, waiting: 0 };

/** What may be shown of a URL: what follows the host may be a secret. */
function originOf(url: string): string {
  return new URL(url).origin;
}

/** What a webhook is told; see docs/notifications.md. */
function documentOf(told: Told, atMs: number, routerId: string) {
  return { time: new Date(atMs).toISOString(), host: hostname(), routerId, ...told };
}
