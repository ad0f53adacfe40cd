import assert from "node:assert/strict";
import { test } from "node:test";
import { genhashHelp, type GenhashOptions, parseGenhashOptions } from "./options.ts";

const base = "-s 10.0.0.1 -p 80 -u /";
const plain: GenhashOptions = {
  server: "10.0.0.1",
  port: 80,
  url: "/",
  virtualHost: undefined,
  version: "1.0",
  tls: false,
  sni: false,
  mark: 0,
  timeoutUs: 5_000_000,
  verbose: false,
};

/** Words, and what they change. */
const good: readonly (readonly [string, Partial<GenhashOptions>])[] = [
  [base, {}],
  ["--server=10.0.0.1 --port 80 --url=/", {}],
  ["-s10.0.0.1 -p80 -u/", {}],
  ["--serv 10.0.0.1 --po 80 --url /", {}],
  [`-vS ${base}`, { tls: true, verbose: true }],
  [`-SIV here ${base}`, { tls: true, sni: true, virtualHost: "here" }],
  [`${base} -P 1.0c`, { version: "1.0C" }],
  [`${base} -P 1.1 -m 4294967295 -t 3`, { version: "1.1", mark: 4294967295, timeoutUs: 3_000_000 }],
  [`${base} -t 0`, {}],
  ["-s fd00::1 -p 070 -u page", { server: "fd00::1", port: 70, url: "page" }],
  ["-s 10.0.0.1/8 -p 80 -u /", {}],
];

for (const [words, change] of good) {
  test(`genhash ${words}`, () => {
    assert.deepEqual(parseGenhashOptions(words.split(" ")), { ...plain, ...change });
  });
}

/** Words, and what the C one says to them. */
const bad: readonly (readonly [string, string | undefined])[] = [
  ["", undefined],
  ["-h", undefined],
  [`-h ${base}`, undefined],
  ["-s 10.0.0.1 -p 80", undefined],
  ["-p 80 -u /", undefined],
  [`${base} -X`, "Unknown option -X"],
  [`${base} --hash sha1`, "Unknown option --hash"],
  [`${base} --use sha1`, "Unknown option --use"],
  [`${base} --use-ssl=1`, "Unknown option --use-ssl=1"],
  [`${base} extra more`, "Unexpected argument(s): extra more"],
  [`${base} -- -S`, "Unexpected argument(s): -S"],
  ["-s localhost -p 80 -u /", "server should be an IP, not localhost"],
  ["-s fe80::1%lo -p 80 -u /", "server should be an IP, not fe80::1%lo"],
  ["-s 10.0.0.1 -p 0 -u /", "invalid port number '0'"],
  ["-s 10.0.0.1 -p 65536 -u /", "invalid port number '65536'"],
  ["-s 10.0.0.1 -p 0x50 -u /", "invalid port number '0x50'"],
  [`${base} -m -5`, "invalid fwmark '-5'"],
  [`${base} -t 0.5`, "invalid timeout '0.5'"],
  [`${base} -P 9`, "invalid HTTP protocol version '9'"],
  ["-s", "option --server needs a value"],
];

for (const [words, problem] of bad) {
  test(`genhash ${words} is refused`, () => {
    const list = words === "" ? [] : words.split(" ");
    assert.deepEqual(parseGenhashOptions(list), { problem });
  });
}

test("the help says how it was called, and every option", () => {
  const help = genhashHelp("keepalived --genhash");
  assert.match(help, /^Usage: keepalived --genhash COMMAND \[OPTIONS\]\n/);
  for (const option of ["--use-ssl", "--use-sni", "--fwmark", "--protocol", "-t"]) {
    assert.ok(help.includes(option));
  }
});
