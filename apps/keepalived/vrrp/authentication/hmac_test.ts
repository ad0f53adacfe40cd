import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Advertisement,
  decodeAdvertisement,
  encodeAdvertisement,
} from "@keepalived/vrrp-codec";
import { instanceOf } from "../testing/instance.ts";
import type { Authenticator } from "./authenticator.ts";
import { chooseAuthenticator } from "./choose.ts";
import { loadKeys } from "./hmac_keys.ts";
import { newMemory } from "./memory.ts";

const source = "192.0.2.2";
const destination = "224.0.0.18";
const second = 1_000_000;

const advertisement: Advertisement = {
  version: 3,
  virtualRouterId: 51,
  priority: 100,
  maxAdvertiseIntervalUs: second,
  addresses: ["192.0.2.100"],
};

/** A router with a wall clock that the test sets. */
class Router {
  clockUs = 1_700_000_000 * second;
  readonly #memory = newMemory();
  readonly #lines: readonly string[];
  #authenticator: Authenticator;

  constructor(keys: readonly string[], ...more: readonly string[]) {
    this.#lines = ["auth_hmac {", ...keys.map((key) => `key ${key}`), ...more, "}"];
    this.#authenticator = this.#choose();
  }

  restartWithMemory(): void {
    this.#authenticator = this.#choose();
  }

  send(fields: Partial<Advertisement> = {}): Uint8Array {
    const signed = this.#authenticator.sign({ ...advertisement, ...fields }, source);
    return encodeAdvertisement(signed, { source, destination });
  }

  hear(message: Uint8Array, from: string = source): string | undefined {
    const received = { source: from, destination, hopLimit: 255 };
    const decoded = decodeAdvertisement(message, { ...received, source });
    assert.ok(decoded.ok, JSON.stringify(decoded));
    return this.#authenticator.check(decoded.value, { ...received, message });
  }

  #choose(): Authenticator {
    const config = instanceOf(...this.#lines);
    const { authenticator } = chooseAuthenticator(config, this.#memory, () => this.clockUs);
    assert.ok(authenticator !== undefined);
    return authenticator;
  }
}

const one = `1 hex:${"01".repeat(32)}`;
const two = `2 hex:${"02".repeat(32)}`;
const active = (id: number) => `active_key ${id}`;

test("a router with the same key believes each advertisement once", () => {
  const sender = new Router([one], active(1));
  const receiver = new Router([one], active(1));
  const first = sender.send();
  assert.equal(receiver.hear(first), undefined);
  assert.equal(receiver.hear(first), "hmac-replay");
  const next = sender.send();
  assert.equal(receiver.hear(next), undefined, "within the same microsecond");
  receiver.restartWithMemory();
  assert.equal(receiver.hear(next), "hmac-replay", "a reload forgets nothing");
});

test("a router refuses what does not prove where it comes from", () => {
  const sender = new Router([one], active(1));
  const receiver = new Router([one, two], active(1));
  const message = sender.send();
  assert.equal(receiver.hear(message, "192.0.2.3"), "hmac-invalid", "from somebody else");
  assert.equal(
    receiver.hear(new Router([`1 hex:${"09".repeat(32)}`], active(1)).send()),
    "hmac-invalid",
  );
  assert.equal(
    receiver.hear(new Router([`3 hex:${"01".repeat(32)}`], active(3)).send()),
    "hmac-unknown-key",
  );
  assert.equal(
    receiver.hear(encodeAdvertisement(advertisement, { source, destination })),
    "hmac-missing",
  );
  const type = message.with(-28, 9);
  assert.equal(receiver.hear(type), "hmac-malformed");
  assert.equal(receiver.hear(message.with(-1, (message.at(-1) ?? 0) ^ 1)), "hmac-invalid");
  assert.equal(receiver.hear(message), undefined, "none of them took its place");
});

test("keys change without a break: known to both first, then in use", () => {
  const old = new Router([one, two], active(1));
  const next = new Router([one, two], active(2));
  assert.equal(next.hear(old.send()), undefined);
  assert.equal(old.hear(next.send()), undefined);
});

test("modes: who signs, and who accepts what is not signed", () => {
  const plain = encodeAdvertisement(advertisement, { source, destination });
  const of = (mode: string) => new Router([one], active(1), `mode ${mode}`);
  assert.equal(of("permissive").hear(plain), undefined);
  assert.equal(of("receive-only").hear(plain), undefined);
  assert.equal(of("enforce").hear(plain), "hmac-missing");
  assert.deepEqual(of("receive-only").send(), plain);
  const other = new Router([`1 hex:${"09".repeat(32)}`], active(1));
  for (const mode of ["permissive", "receive-only"]) {
    assert.equal(of(mode).hear(other.send()), "hmac-invalid", `${mode} does not accept lies`);
    assert.equal(of(mode).hear(of("permissive").send()), undefined);
  }
});

test("clocks may differ by the time window, unless they need not agree at all", () => {
  for (
    const [offset, expected] of [[4, undefined], [-4, undefined], [6, "hmac-stale"], [
      -6,
      "hmac-stale",
    ]] as const
  ) {
    const sender = new Router([one], active(1));
    const receiver = new Router([one], active(1));
    sender.clockUs += offset * second;
    assert.equal(receiver.hear(sender.send()), expected, `${offset} s`);
    const easy = new Router([one], active(1), "anti_replay monotonic");
    assert.equal(easy.hear(sender.send()), undefined);
  }
});

test("a clock that is set back by an hour on both sides does not part them", () => {
  const sender = new Router([one], active(1));
  const receiver = new Router([one], active(1));
  const before = sender.send();
  assert.equal(receiver.hear(before), undefined);
  for (const router of [sender, receiver]) router.clockUs -= 3600 * second;
  assert.equal(receiver.hear(before), "hmac-stale");
  assert.equal(receiver.hear(sender.send()), undefined);
});

test("a clock that is set back a little does not part them either", () => {
  const sender = new Router([one], active(1));
  const receiver = new Router([one], active(1));
  assert.equal(receiver.hear(sender.send()), undefined);
  sender.clockUs -= second;
  for (let i = 0; i < 10; i++) {
    sender.clockUs += second / 10;
    assert.equal(receiver.hear(sender.send()), undefined);
  }
});

test("an hmac takes the place of a password", () => {
  const pass = ["authentication {", "auth_type PASS", "auth_pass secret", "}", "version 2"];
  const hmac = ["auth_hmac {", `key ${one}`, active(1), "}"];
  const { authenticator } = chooseAuthenticator(instanceOf(...pass, ...hmac), newMemory());
  const signed = authenticator?.sign({ ...advertisement, version: 2 }, source);
  assert.equal(signed?.authentication, undefined);
  assert.equal(signed?.trailer?.length, 28);
});

test("loadKeys() reads keys from files, as they are or in hexadecimal", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-keys-"));
  try {
    const file = (id: number, content: string, mode = 0o600) => {
      const path = join(folder, `${id}`);
      writeFileSync(path, content, { mode });
      return { id, kind: "file", path } as const;
    };
    const text = "k".repeat(32);
    const hex = "6b".repeat(32);
    const keys = [
      { id: 1, kind: "bytes", hex } as const,
      file(2, text),
      file(3, `${text}\n`),
      file(4, `hex:${hex}\n`),
      file(5, "short"),
      file(6, "hex:6"),
      file(7, text, 0o644),
      { id: 8, kind: "file", path: join(folder, "none") } as const,
    ];
    const { digests, problems } = loadKeys({
      keys,
      activeKey: 1,
      timeWindowUs: second,
      antiReplay: "time",
      mode: "enforce",
    });
    assert.deepEqual([...digests.keys()], [1, 2, 3, 4, 7]);
    const sums = [...digests.values()].map((digest) => [...digest(new Uint8Array(3))].join());
    assert.equal(new Set(sums).size, 1, "all are the same key");
    assert.deepEqual(problems.map((it) => it.replaceAll(folder, "").replace(/, open.*/, "")), [
      "auth_hmac key 5 is not usable: /5 has 5 bytes, must be [32..64]",
      "auth_hmac key 6 is not usable: it is not a whole number of bytes in hexadecimal",
      "auth_hmac key 7: /7 is open to every user",
      "auth_hmac key 8 is not usable: ENOENT: no such file or directory",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
