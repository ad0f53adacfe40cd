import assert from "node:assert/strict";
import { test } from "node:test";
import { Questions } from "./questions.ts";

test("answers find their questions in whatever order they come", async () => {
  const questions = new Questions("VRRP");
  const ids: number[] = [];
  const asked = [1, 2].map(() => questions.ask((id) => void ids.push(id)));
  for (const id of ids.toReversed()) {
    assert.equal(questions.take("a message"), false);
    questions.expect({ id, ok: true });
    assert.equal(questions.take(`answer ${id}`), true);
  }
  assert.deepEqual(await Promise.all(asked), ids.map((id) => `answer ${id}`));
});

test("a question that cannot be answered, or whose child ends, is refused with the reason", async () => {
  const questions = new Questions("VRRP");
  let first = -1;
  const asked = [1, 2].map(() =>
    questions.ask((id) => first = first < 0 ? id : first).then(String, ({ message }) => message)
  );
  questions.expect({ id: first, ok: false });
  questions.take(JSON.stringify("Cannot answer: why"));
  questions.expect({ id: 99, ok: true });
  questions.drop();
  assert.equal(questions.take("a message of the next child"), false);
  assert.deepEqual(await Promise.all(asked), ["Cannot answer: why", "The VRRP process has ended"]);
});
