import assert from "node:assert/strict";
import type { Target } from "../target.ts";
import { judge } from "./planted_code.ts";

/** Code with faults that nobody hits by chance. */
export const target: Target = {
  name: "planted",
  about: "code with faults",
  laws: ["never throws", "ends"],
  isText: true,
  mostBytes: 40,
  seeds: () => [new TextEncoder().encode("seed")],
  check: (input) => {
    const text = new TextDecoder().decode(input);
    assert.notEqual(judge(text), 4, "the deepest place");
  },
};
