import type { Report } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import { defined } from "../body.ts";
import type { TlsClient } from "../model_lvs.ts";

/** All `SSL` blocks as one, undefined without any; the last of two values holds. */
export function readTlsClient(root: Body, report: Report): TlsClient | undefined {
  const blocks = root.statements.get("SSL");
  if (blocks === undefined) return undefined;
  const order = blocks.flatMap(({ body }) => body.order);
  const valueOf = (keyword: string, shown: string): string | undefined => {
    const [first, ...others] = order.filter(({ name }) => name === keyword);
    for (const { words: [{ at }] } of others) {
      const message = `SSL ${shown} already specified - replacing`;
      report({ severity: "warning", code: "duplicate", message, at });
    }
    const value = (others.at(-1) ?? first)?.values[0];
    return value === undefined ? undefined : String(value);
  };
  return defined({
    password: valueOf("password", "password"),
    ca: valueOf("ca", "cafile"),
    certificate: valueOf("certificate", "certfile"),
    key: valueOf("key", "keyfile"),
  });
}
