import assert from "node:assert/strict";
import { test } from "node:test";
import { check, checkReady, errnoName, errnoText, retry, SyscallError } from "./errno.ts";
import { errnoTable } from "./errno_table.ts";

test("check() throws what could not be done, the kernel's reason and its name", () => {
  assert.throws(() => check(-1, "socket", "open a raw socket"), {
    name: "SyscallError",
    message: "Cannot open a raw socket: Operation not permitted (EPERM)",
    syscall: "socket",
    errno: 1,
    code: "EPERM",
  });
  assert.equal(check(7, "socket", "open a raw socket"), 7);
});

test("checkReady() gives undefined for EAGAIN alone", () => {
  assert.equal(checkReady(-11, "read", "read"), undefined);
  assert.equal(checkReady(0, "read", "read"), 0);
  assert.throws(() => checkReady(-9, "read", "read"), SyscallError);
});

test("retry() repeats what a signal interrupted", () => {
  const results = [-4, -4, 5];
  assert.equal(retry(() => results.shift() ?? 0), 5);
});

test("an unknown error number is told as such", () => {
  assert.equal(errnoName(4095), "4095");
  assert.equal(errnoText(4095), "Error 4095");
});

test("every error number has a name of its own", () => {
  const names = new Set([...errnoTable.values()].map(({ name }) => name));
  assert.equal(names.size, errnoTable.size);
});
