import type { Span } from "@keepalived/conf-parser";
import type { Body, Statement } from "../bind.ts";
import { last } from "../body.ts";
import type { Config, VrrpInstanceConfig } from "../model.ts";

/** What a rule looks at: the configuration, and the statements that it comes from. */
export type Linted = { readonly config: Config; readonly root: Body };

/** One place where a rule is broken. */
export type Finding = { readonly message: string; readonly at: Span };

/** Something that is allowed and seldom meant. */
export type LintRule = {
  /** `lint-…`: the code of its findings, and the word that switches it off. */
  readonly code: string;
  readonly title: string;
  /** Why it hurts, and what to do. */
  readonly reason: string;
  readonly check: (linted: Linted) => readonly Finding[];
};

/** An instance with its statement. */
export type LintedInstance = {
  readonly it: VrrpInstanceConfig;
  readonly body: Body;
  /** `(VI_1) MESSAGE` at the last statement of a keyword, or at the name of the instance. */
  readonly finding: (message: string, keyword?: string) => Finding;
};

/** The instances that run. */
export function instancesOf({ config, root }: Linted): readonly LintedInstance[] {
  const statements = new Map<string, Statement>();
  for (const statement of root.statements.get("vrrp_instance") ?? []) {
    const name = String(statement.values[0]);
    if (!statements.has(name)) statements.set(name, statement);
  }
  return config.instances.flatMap((it) => {
    const body = statements.get(it.name)?.body;
    if (body === undefined) return [];
    const finding = (message: string, keyword?: string) => {
      const words = keyword === undefined ? undefined : last(body, keyword)?.words;
      return { message: `(${it.name}) ${message}`, at: words?.[0].at ?? it.at };
    };
    return [{ it, body, finding }];
  });
}
