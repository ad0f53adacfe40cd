import assert from "node:assert/strict";
import { test } from "node:test";
import { Inquiry } from "./ask.ts";
import type { Child, Premises } from "./premises.ts";

test("however many ask, a child is asked seldom, and everybody hears what is so after they asked", async () => {
  let asked = 0;
  const child: Child = {
    name: "vrrp",
    title: "VRRP",
    pid: 1,
    ask: (question) => Promise.resolve(`${question.what} ${++asked}`),
  };
  const inquiry = new Inquiry({} as Premises);
  const startMs = performance.now();
  assert.equal(await inquiry.snapshot(child, "full"), "snapshot 1");
  assert.ok(performance.now() - startMs < 100, "the first one waits");
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => inquiry.snapshot(child, "full")),
  );
  assert.deepEqual([new Set(answers), asked], [new Set(["snapshot 2"]), 2]);
  const [full, summary] = await Promise.all([
    inquiry.snapshot(child, "full"),
    inquiry.snapshot(child, "summary"),
  ]);
  assert.deepEqual([full, summary], ["snapshot 3", "snapshot 4"]);
  assert.ok(performance.now() - startMs >= 140);
});
