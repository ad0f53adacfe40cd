import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText, parseOptions } from "./options.ts";

function read(...words: string[]) {
  const parsed = parseOptions(words);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.options;
}

function problem(...words: string[]): string | undefined {
  const parsed = parseOptions(words);
  return parsed.ok ? undefined : parsed.problem;
}

test("parseOptions() reads combined short options, and values attached or apart", () => {
  const options = read("-nlDDG", "-fa.conf", "-p", "x.pid");
  assert.equal(options.count("foreground"), 1);
  assert.equal(options.count("detail"), 2);
  assert.equal(options.value("file"), "a.conf");
  assert.equal(options.value("pidFile"), "x.pid");
  assert.equal(options.count("vrrpOnly"), 0);
});

test("parseOptions() reads long options, also shortened", () => {
  const options = read(
    "--use-file=a.conf",
    "--dont-fork",
    "--pid",
    "x",
    "--log-d",
    "--config-id=1",
  );
  assert.equal(options.value("file"), "a.conf");
  assert.equal(options.count("foreground"), 1);
  assert.equal(options.value("pidFile"), "x");
  assert.equal(options.count("detail"), 1);
  assert.equal(options.value("configId"), "1");
});

test("parseOptions() takes an optional value only attached", () => {
  assert.equal(read("-t").value("configTest"), undefined);
  assert.equal(read("-tout").value("configTest"), "out");
  assert.equal(read("--config-test=out").value("configTest"), "out");
  assert.match(problem("-t", "out") ?? "", /unexpected argument 'out'/);
});

test("parseOptions() says what is wrong", () => {
  assert.match(problem("-Z") ?? "", /invalid option -- 'Z'/);
  assert.match(problem("--nonsense") ?? "", /unrecognized option '--nonsense'/);
  assert.match(problem("--log") ?? "", /unrecognized option '--log'/); // ambiguous
  assert.match(problem("-f") ?? "", /'-f' requires an argument/);
  assert.match(problem("--dont-fork=1") ?? "", /doesn't allow an argument/);
});

test("helpText() names every option once", () => {
  const help = helpText();
  for (const option of ["-f, --use-file=FILE", "-t, --config-test[=FILE]", "-h, --help"]) {
    assert.equal(help.split(option).length, 2, option);
  }
});

test("parseOptions() knows options that have no letter", () => {
  const options = read("--all", "--no-ipvs", "-ICB");
  for (const key of ["all", "noIpvs", "keepIpvs", "checkOnly", "noBfd"] as const) {
    assert.equal(options.count(key), 1, key);
  }
  assert.match(helpText(), /^ {6}--no-ipvs +Check servers/m);
  assert.match(helpText(), /^ {2}-I, --dont-release-ipvs /m);
});
