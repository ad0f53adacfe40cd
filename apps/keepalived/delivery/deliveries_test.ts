import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { WebhookConfig } from "@keepalived/keepalived-config";
import { Clock } from "../parent/testing/clock.ts";
import { Deliveries, type DeliverySettings } from "./deliveries.ts";

test("webhooks of one host are counted together, and a reload takes one out", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (more) => text += more);
    request.on("end", () => {
      seen.push(`${request.url} ${JSON.parse(text).name}`);
      response.writeHead(request.url === "/b" ? 404 : 204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const webhook = (path: string): WebhookConfig => ({
    url: `${origin}${path}`,
    timeoutUs: 5_000_000,
    retries: 0,
    headers: [],
    trust: { verify: true },
  });
  const settings = (...paths: readonly string[]) =>
    ({ routerId: "R", notify: { webhooks: paths.map(webhook) } }) as unknown as DeliverySettings;
  const log: string[] = [];
  const deliveries = new Deliveries({
    scheduler: new Clock(),
    log: (_, text) => void log.push(text),
    settings: settings("/a", "/b"),
  });
  const tell = (name: string) =>
    deliveries.take({ atMs: 0, told: { kind: "virtual-server", name, up: true } });
  const counts = { to: origin, dropped: 0, waiting: 0 };
  const mail = { ...counts, to: "mail", delivered: 0, failed: 0 };

  tell("one");
  tell("two");
  await until(() => deliveries.counters.every(({ waiting }) => waiting === 0));
  assert.deepEqual(deliveries.counters, [mail, { ...counts, delivered: 2, failed: 2 }]);
  assert.deepEqual(seen.toSorted(), ["/a one", "/a two", "/b one", "/b two"]);
  assert.deepEqual(log[0], `Webhook ${origin}: not delivered: the server answers 404`);

  deliveries.configure(settings("/a"));
  tell("three");
  await deliveries.end();
  assert.deepEqual(deliveries.counters, [mail, { ...counts, delivered: 3, failed: 0 }]);
  assert.equal(seen.at(-1), "/a three");
  server.close();
});

async function until(condition: () => boolean): Promise<void> {
  for (const limit = performance.now() + 10_000; !condition();) {
    assert.ok(performance.now() < limit, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
