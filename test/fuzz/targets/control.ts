import assert from "node:assert/strict";
import { Inquiry } from "../../../apps/keepalived/status/ask.ts";
import { serveMethod } from "../../../apps/keepalived/status/control/methods.ts";
import {
  ControlError,
  errorLine,
  parseRequest,
  type RequestId,
  resultLine,
} from "../../../apps/keepalived/status/control/protocol.ts";
import type { Premises } from "../../../apps/keepalived/status/premises.ts";
import type { Target } from "../engine/target.ts";
import { textBytes, utf8 } from "./support.ts";

const codes = ["bad-request", "unknown-method", "bad-params", "not-found", "failed"];

/** Requests on the control socket. */
export const target: Target = {
  name: "control",
  about: "requests on the control socket, down to the methods",
  laws: [
    "one line of JSON answers each, with its id",
    "what is refused is refused by name, and changes nothing",
    "orders that are kept are about a server, of a known kind",
  ],
  isText: true,
  mostBytes: 500,
  seeds: () =>
    [
      '{"id":1,"method":"status"}',
      '{"id":"a","method":"status","params":{"detail":"summary"}}',
      '{"id":null,"method":"reload","params":{"dryRun":true}}',
      '{"method":"maintenance","params":{"on":false}}',
      '{"id":2,"method":"server","params":{"action":"drain","server":"10.0.0.1:80"}}',
      '{"id":3,"method":"server","params":{"action":"weight","server":"a","weight":5,"virtualServer":"v"}}',
      '{"id":4,"method":"dump","params":{"what":"stats-clear"}}',
      '{"id":5,"method":"__proto__","params":{"__proto__":{"what":"data"}}}',
    ].map(textBytes),
  check: async (input) => {
    for (const line of utf8(input).split("\n", 8)) await checkLine(line);
  },
};

async function checkLine(line: string): Promise<void> {
  const office = premises();
  const before = JSON.stringify(office.state);
  let id: RequestId = null;
  let answer: string;
  try {
    const request = parseRequest(line);
    id = request.id;
    const tools = {
      premises: office.premises,
      inquiry: new Inquiry(office.premises),
      dump: () => Promise.resolve(),
    };
    answer = resultLine(id, await serveMethod(request.method, request.params, tools));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    assert.ok(codes.includes(error.code), error.code);
    assert.equal(JSON.stringify(office.state), before);
    answer = errorLine(id, error);
  }
  assert.match(answer, /^[^\n]+\n$/);
  const { id: answered } = JSON.parse(answer) as { readonly id: unknown };
  assert.deepEqual(answered, id);
  for (const { server, service, weight } of office.state.orders) {
    assert.ok(server !== "");
    assert.ok(service === undefined || ["drained", "out", "in"].includes(service));
    assert.ok(weight === undefined || (Number.isInteger(weight) && weight >= 0));
  }
}

function premises() {
  const state = { orders: [] as ReturnType<Premises["orders"]>, maintenance: false };
  const premises: Premises = {
    config: () => assert.fail(),
    snapshot: () => ({ maintenance: state.maintenance, children: [] }) as never,
    children: () => [{
      name: "check",
      title: "Healthcheck",
      pid: 2,
      ask: (question) =>
        Promise.resolve(question.what === "orders" ? '[{"virtualServer":"v","server":"a"}]' : "{}"),
    }],
    reload: () => Promise.resolve({ applied: true, problems: [], changes: [] }),
    setMaintenance: (on) => state.maintenance = on,
    orders: () => state.orders,
    setOrders: (orders) => state.orders = orders,
  };
  return { state, premises };
}
