import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question, ServerOrder } from "../../control.ts";
import { Inquiry } from "../ask.ts";
import type { Premises } from "../premises.ts";
import type { ParentSnapshot } from "../snapshot/parent_snapshot.ts";
import { serveMethod } from "./methods.ts";
import { ControlError, Json } from "./protocol.ts";

test("status puts together what the children say; one that does not answer is told of", async () => {
  const office = new Office();
  const result = await office.ask("status", { detail: "summary" });
  assert.ok(result instanceof Json);
  assert.deepEqual(JSON.parse(result.text), {
    version: 3,
    parent: {
      maintenance: false,
      children: [
        { name: "VRRP", pid: 1, restarts: 0, problem: "The VRRP process does not answer" },
        { name: "Healthcheck", pid: 2, restarts: 0 },
      ],
    },
    check: { detail: "summary" },
  });
  assert.deepEqual(JSON.parse((await office.ask("status") as Json).text).check, { detail: "full" });
});

test("reload, maintenance and dump reach the parent", async () => {
  const office = new Office();
  assert.deepEqual(await office.ask("reload", { dryRun: true }), { dryRun: true });
  assert.deepEqual(await office.ask("reload"), { dryRun: false });
  assert.deepEqual(await office.ask("maintenance"), { maintenance: false });
  assert.deepEqual(await office.ask("maintenance", { on: true }), { maintenance: true });
  assert.deepEqual(await office.ask("dump", { what: "json" }), {});
  assert.deepEqual(office.dumped, ["json"]);
});

test("what nobody knows, and what has the wrong type, is refused", async () => {
  const office = new Office();
  const refused: readonly (readonly [string, object, string])[] = [
    ["nothing", {}, "unknown-method"],
    ["constructor", {}, "unknown-method"],
    ["status", { detial: "full" }, "bad-params"],
    ["status", { detail: "some" }, "bad-params"],
    ["reload", { dryRun: 1 }, "bad-params"],
    ["maintenance", { on: "yes" }, "bad-params"],
    ["dump", {}, "bad-params"],
    ["server", { server: "10.0.0.1" }, "bad-params"],
    ["server", { action: "drain" }, "bad-params"],
    ["server", { action: "drain", server: "" }, "bad-params"],
    ["server", { action: "drain", server: "10.0.0.1", weight: 1 }, "bad-params"],
    ["server", { action: "weight", server: "10.0.0.1", weight: -1 }, "bad-params"],
    ["server", { action: "weight", server: "10.0.0.1", weight: 1.5 }, "bad-params"],
    ["server", { action: "drain", server: "10.0.0.9" }, "not-found"],
  ];
  for (const [method, params, code] of refused) {
    await assert.rejects(office.ask(method, params), (error) => {
      assert.ok(error instanceof ControlError, `${method} ${JSON.stringify(params)}: ${error}`);
      assert.equal(error.code, code, `${method} ${JSON.stringify(params)}`);
      return true;
    });
  }
  assert.deepEqual([office.orders, office.obeyed], [[], []]);
});

test("orders about servers add up, and are kept for the next checker process", async () => {
  const office = new Office();
  const order = async (action: string, server: string, more: object = {}) => {
    assert.deepEqual(await office.ask("server", { action, server, ...more }), {
      servers: [{ virtualServer: "V", server }],
    });
    assert.deepEqual(office.obeyed.slice(0, office.orders.length), office.orders);
    return office.orders;
  };
  const drained = { server: "10.0.0.1", service: "drained" };
  assert.deepEqual(await order("drain", "10.0.0.1"), [drained]);
  const heavy = { ...drained, weight: 5 };
  assert.deepEqual(await order("weight", "10.0.0.1", { weight: 5 }), [heavy]);
  const out = { server: "10.0.0.1", virtualServer: "V", service: "out" };
  assert.deepEqual(await order("disable", "10.0.0.1", { virtualServer: "V" }), [heavy, out]);
  // About all virtual servers: what was said of one counts no more.
  assert.deepEqual(await order("enable", "10.0.0.1"), [{ server: "10.0.0.1", weight: 5 }]);
  assert.deepEqual(await order("weight", "10.0.0.1"), []);
  assert.deepEqual(await order("enable", "10.0.0.1"), []);
});

/** A parent with a VRRP process that is silent and a checker process that has the server 10.0.0.1. */
class Office {
  readonly dumped: string[] = [];
  orders: readonly ServerOrder[] = [];
  obeyed: readonly ServerOrder[] = [];
  #maintenance = false;

  ask(method: string, params: object = {}): Promise<unknown> {
    const premises = this.#premises();
    return serveMethod(method, params as Readonly<Record<string, unknown>>, {
      premises,
      inquiry: new Inquiry(premises),
      dump: (what) => Promise.resolve(void this.dumped.push(what)),
    });
  }

  #premises(): Premises {
    return {
      config: () => assert.fail(),
      snapshot: () =>
        ({
          maintenance: this.#maintenance,
          children: [
            { name: "VRRP", pid: 1, restarts: 0 },
            { name: "Healthcheck", pid: 2, restarts: 0 },
          ],
        }) as unknown as ParentSnapshot,
      children: () => [
        {
          name: "vrrp",
          title: "VRRP",
          pid: 1,
          ask: () => Promise.reject(new Error("The VRRP process does not answer")),
        },
        {
          name: "check",
          title: "Healthcheck",
          pid: 2,
          ask: (question) => Promise.resolve(JSON.stringify(this.#answer(question))),
        },
      ],
      reload: (dryRun) => Promise.resolve({ dryRun } as never),
      setMaintenance: (on) => this.#maintenance = on,
      orders: () => this.orders,
      setOrders: (orders) => this.orders = orders,
    };
  }

  #answer(question: Question): unknown {
    switch (question.what) {
      case "snapshot":
        return { detail: question.detail };
      case "orders": {
        this.obeyed = question.orders;
        const last = question.orders.at(-1);
        return last?.server === "10.0.0.1" ? [{ virtualServer: "V", server: "10.0.0.1" }] : [];
      }
      default:
        return null;
    }
  }
}
