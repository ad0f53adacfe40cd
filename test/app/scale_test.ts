/** Many addresses, and many virtual routers. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

const count = 200;
const addresses = Array.from({ length: count }, (_, i) => `10.1.0.${i + 1}/16`);

test(`one instance with ${count} addresses adds, advertises, announces and removes them all`, async () => {
  const seen = lab.wire.frames.length;
  const daemon = lab.start({ name: "a", flags: "-nlG", config: instanceConf({ addresses }) });
  await daemon.says(/Entering MASTER STATE/);
  await until("all are held", () => held() === count);
  await until(
    "five gratuitous ARPs for each",
    () => lab.wire.frames.slice(seen).filter(({ bytes }) => isArp(bytes)).length >= 5 * count,
  );
  assert.equal(lab.wire.adverts.at(-1)?.addresses.length, count);
  assert.equal(await daemon.stop(), 0);
  assert.equal(held(), 0);
});

test(`${count} instances on one interface are all masters, keep their intervals and resign`, async () => {
  const config = addresses.map((address, i) =>
    instanceConf({ name: `VI_${i}`, virtualRouterId: i + 1, interval: 0.5, addresses: [address] })
  ).join("");
  const daemon = lab.start({ name: "a", flags: "-nlG", config });
  await until("all are masters", () => daemon.lines(/MASTER STATE/).length === count);
  await until("all are held", () => held() === count);
  const sinceUs = lab.reactor.nowUs();
  await until(
    "each has advertised three times in two seconds",
    () => {
      const perRouter = new Map<number, number>();
      for (const { atUs, virtualRouterId } of lab.wire.adverts) {
        if (atUs < sinceUs) continue;
        perRouter.set(virtualRouterId, (perRouter.get(virtualRouterId) ?? 0) + 1);
      }
      return perRouter.size === count && [...perRouter.values()].every((times) => times >= 3);
    },
  );
  assert.equal(await daemon.stop(), 0);
  assert.equal(held(), 0);
  const resigned = new Set(
    lab.wire.adverts.filter(({ priority, atUs }) => priority === 0 && atUs >= sinceUs)
      .map(({ virtualRouterId }) => virtualRouterId),
  );
  assert.equal(resigned.size, count);
});

function held(): number {
  return lab.host("a").run("ip -o -4 address show dev eth0").split("\n")
    .filter((line) => line.includes(" 10.1.0.")).length;
}

function isArp(frame: Uint8Array): boolean {
  return frame[12] === 0x08 && frame[13] === 0x06;
}
