import { clip, type Entry, type Report } from "@keepalived/conf-parser";
import type { Body, Statement } from "../bind.ts";
import type { Route, Rule } from "../model_routes.ts";
import { readRoute } from "./route.ts";
import { FIRST_RULE_NUMBER, readRule } from "./rule.ts";
import type { RoutingNames } from "./names.ts";

/** Routes and rules of one owner. */
export type Routes = { readonly routes: readonly Route[]; readonly rules: readonly Rule[] };

/** Routes and rules of the whole file. */
export type Routing = { readonly static: Routes; readonly of: ReadonlyMap<Statement, Routes> };

/** What the lines need to know. */
export type RoutingSetting = {
  readonly names: RoutingNames;
  readonly trackGroups: ReadonlySet<string>;
  readonly missing: (name: string) => boolean;
  readonly report: Report;
};

/**
 * Reads the lines of all routes and rules; bad ones are reported and left out.
 *
 * Rules without a preference are numbered in the order of the file, whatever block they stand in.
 */
export function readRouting(root: Body, setting: RoutingSetting): Routing {
  const { trackGroups, ...shared } = setting;
  const numbers = { 4: FIRST_RULE_NUMBER, 6: FIRST_RULE_NUMBER };
  const routes: Route[] = [];
  const rules: Rule[] = [];
  const of = new Map<Statement, Routes>();
  for (const statement of root.order) {
    const { name, body, values } = statement;
    if (name === "vrrp_instance") {
      const subject = `(${clip(String(values[0]))}) `;
      const context = { ...shared, subject, trackGroups: undefined };
      of.set(statement, {
        routes: linesOf(body, "virtual_routes")
          .flatMap((line) => readRoute(line, { ...context, what: "route" }) ?? []),
        rules: linesOf(body, "virtual_rules")
          .flatMap((line) => readRule(line, numbers, { ...context, what: "rule" }) ?? []),
      });
    } else if (name === "static_routes" || name === "static_rules") {
      const context = { ...shared, subject: "", trackGroups };
      for (const line of body.lines) {
        const route = name === "static_routes" &&
          readRoute(line, { ...context, what: "route" });
        const rule = name === "static_rules" &&
          readRule(line, numbers, { ...context, what: "rule" });
        if (route) routes.push(route);
        if (rule) rules.push(rule);
      }
    }
  }
  return { static: { routes, rules }, of };
}

function linesOf(body: Body, name: string): readonly Entry[] {
  return (body.statements.get(name) ?? []).flatMap(({ body: { lines } }) => lines);
}
