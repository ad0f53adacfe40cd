import type { Inquiry } from "../ask.ts";
import type { Premises } from "../premises.ts";
import { allow, choiceOf, flagOf, type Params } from "./params.ts";
import { orderOf, orderServer } from "./server_orders.ts";
import { ControlError, Json } from "./protocol.ts";

/** What the methods work with. */
export type MethodTools = {
  readonly premises: Premises;
  readonly inquiry: Inquiry;
  readonly dump: (what: (typeof dumpKinds)[number]) => Promise<void>;
};

const dumpKinds = ["data", "stats", "stats-clear", "json"] as const;

type Method = (params: Params, tools: MethodTools) => unknown | Promise<unknown>;

/** The methods of the control socket, by name (docs/control.md). */
const methods: Readonly<Record<string, Method>> = {
  async status(params, { inquiry }) {
    allow(params, ["detail"]);
    const detail = choiceOf(params, "detail", ["full", "summary"]) ?? "full";
    return new Json(await inquiry.document(detail));
  },

  async reload(params, { premises }) {
    allow(params, ["dryRun"]);
    return await premises.reload(flagOf(params, "dryRun") ?? false);
  },

  maintenance(params, { premises }) {
    allow(params, ["on"]);
    const on = flagOf(params, "on");
    if (on !== undefined) premises.setMaintenance(on);
    return { maintenance: premises.snapshot().maintenance };
  },

  async server(params, { premises }) {
    allow(params, ["action", "server", "virtualServer", "weight"]);
    return await orderServer(orderOf(params), premises);
  },

  async dump(params, { dump }) {
    allow(params, ["what"]);
    const what = choiceOf(params, "what", dumpKinds);
    if (what === undefined) throw new ControlError("bad-params", "what is missing");
    await dump(what);
    return {};
  },
};

/** Serves one request. @throws ControlError to refuse it */
export async function serveMethod(
  name: string,
  params: Params,
  tools: MethodTools,
): Promise<unknown> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) {
    throw new ControlError("unknown-method", `There is no method '${name}'`);
  }
  return await method(params, tools);
}
