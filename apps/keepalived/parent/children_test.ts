import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "@keepalived/keepalived-config";
import { parseOptions } from "../options.ts";
import { childrenFor } from "./children.ts";

function roles(words: string, present: Partial<Config["present"]>): string {
  const parsed = parseOptions(words.split(" ").filter((word) => word !== ""));
  if (!parsed.ok) throw new Error(parsed.problem);
  const config = { present: { vrrp: false, checker: false, bfd: false, ...present } } as Config;
  return childrenFor(config, parsed.options).map(({ role }) => role).join(" ");
}

const both = { vrrp: true, checker: true };

for (
  const [words, present, expected] of [
    ["", both, "check vrrp"],
    ["", { vrrp: true }, "vrrp"],
    ["", { checker: true }, "check"],
    ["", {}, ""],
    ["-P", both, "vrrp"],
    ["-C", both, "check"],
    ["-C -P", both, "check vrrp"],
    ["-C", { vrrp: true }, ""],
    ["--all", {}, "check vrrp bfd"],
    ["--all -C", {}, "check bfd"],
    ["", { ...both, bfd: true }, "check vrrp bfd"],
    ["", { bfd: true }, "bfd"],
    ["-P", { ...both, bfd: true }, "vrrp bfd"],
    ["-C", { ...both, bfd: true }, "check bfd"],
    ["-B", { ...both, bfd: true }, "check vrrp"],
    ["-B --all", {}, "check vrrp"],
    ["-B", { bfd: true }, ""],
  ] as const
) {
  const has = Object.keys(present).join(" and ") || "nothing";
  test(`childrenFor() of "${words}" and a configuration with ${has}: ${expected || "none"}`, () => {
    assert.equal(roles(words, present), expected);
  });
}
