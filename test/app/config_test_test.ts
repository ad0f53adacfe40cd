/** `keepalived -t` on files that are wrong in many ways at once. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { instanceConf } from "./instance_conf.ts";
import { Folder, keepalived } from "./program.ts";

/** One mistake of each kind; what follows the missing brace must not be blamed. */
const bad = `global_defs {
  router_id test
  enable_script_securty
}

include missing.conf
include bad.conf

vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 1OO
  virtual_ipaddress {
    192.0.2.100/24
  }
}

vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  priority 100
  virtual_ipaddress {
    192.0.2.101/24
  }

vrrp_instance VI_3 {
  interface eth0
  virtual_router_id 53
  virtual_ipaddress {
    192.0.2.102/24
  }
}
`;

/** Where each mistake is, and a word of what is said about it. */
const mistakes = [
  { line: 3, column: 3, about: /unknown.*enable_script_securty/i },
  { line: 6, column: 9, about: /missing\.conf/ },
  { line: 7, column: 9, about: /include/i },
  { line: 12, column: 12, about: /1OO/ },
  { line: undefined, column: undefined, about: /missing.*}|}.*missing/i },
] as const;

/** The problems of an output: its head line, and the lines below it. */
type Problem = {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly below: readonly string[];
};

for (const named of ["with its whole path", "from its own folder"] as const) {
  test(`-t names every mistake of a file ${named}, each once, with place, caret and hint`, async () => {
    using folder = new Folder();
    const file = folder.write("bad.conf", bad);
    const shown = named === "with its whole path" ? file : "bad.conf";
    const { status, stdout, stderr } = await keepalived(["-t", "-f", shown], folder.path);
    assert.notEqual(status, 0);
    assert.equal(stdout, "");
    const problems = problemsOf(stderr);
    for (const { line, column, about } of mistakes) {
      const found = problems.filter(({ message }) => about.test(message));
      assert.equal(found.length, 1, `${about}:\n${stderr}`);
      const [problem] = found;
      assert.ok(problem !== undefined);
      assert.equal(problem.path, shown);
      if (line !== undefined) assert.deepEqual([problem.line, problem.column], [line, column]);
      assert.equal(problem.below[0]?.trim(), bad.split("\n")[problem.line - 1]?.trim());
      assert.match(problem.below[1] ?? "", /^\s*\^+$/, `no caret:\n${stderr}`);
      assert.match(
        problem.below.join("\n"),
        /hint: /,
        `no hint for ${problem.message}:\n${stderr}`,
      );
    }
    assert.equal(problems.length, mistakes.length, `more than the mistakes made:\n${stderr}`);
  });
}

test("a number out of range is one problem, whichever keyword it is for", async () => {
  using folder = new Folder();
  for (const wrong of [{ virtualRouterId: 300 }, { priority: 1000 }, { interval: 4000 }]) {
    const file = folder.write("range.conf", instanceConf(wrong));
    const { status, stderr } = await keepalived(["-t", "-f", file]);
    assert.notEqual(status, 0);
    const problems = problemsOf(stderr);
    assert.equal(problems.length, 1, `${JSON.stringify(wrong)}:\n${stderr}`);
    assert.match(problems[0]?.message ?? "", /range/);
  }
});

test("-t finds nothing wrong with a good file, and says nothing", async () => {
  using folder = new Folder();
  const file = folder.write("good.conf", instanceConf());
  const { status, stdout, stderr } = await keepalived(["-t", "-f", file]);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
});

test("-tFILE appends what it finds to a file", async () => {
  using folder = new Folder();
  const file = folder.write("bad.conf", "nonsense\n");
  const report = folder.write("report.txt", "before\n");
  const { status, stderr } = await keepalived([`-t${report}`, "-f", file]);
  assert.notEqual(status, 0);
  assert.equal(stderr, "");
  assert.match(readFileSync(report, "utf8"), /^before\n[^]*bad\.conf:1:1: .*nonsense/);
});

function problemsOf(output: string): readonly Problem[] {
  const problems: (Problem & { below: string[] })[] = [];
  for (const line of output.split("\n")) {
    const head = /^(\S+?):(\d+):(\d+): (.*)$/.exec(line);
    if (head !== null) {
      const [, path = "", at, column, message = ""] = head;
      problems.push({ path, line: Number(at), column: Number(column), message, below: [] });
    } else if (line.startsWith(" ")) {
      problems.at(-1)?.below.push(line);
    }
  }
  return problems;
}
