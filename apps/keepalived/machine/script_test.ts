import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeFile, fakeMachine } from "./fake_machine.ts";
import { examineScript } from "./script.ts";

const root = { uid: 0, gid: 0 };
const web = { uid: 33, gid: 33 };
const folder = { type: "directory" } as const;

/** A script in a folder, one of them changed. */
function files(
  change: Readonly<Record<string, FakeFile>> = {},
): Readonly<Record<string, FakeFile>> {
  return { "/opt": folder, "/opt/s.sh": {}, ...change };
}

/** What the C daemon 2.2.7 accepts of scripts that root runs, and what it refuses, with the place at fault. */
const safety: readonly (readonly [string, Readonly<Record<string, FakeFile>>, string?])[] = [
  ["of root", {}],
  ["that the group root can write", { "/opt/s.sh": { mode: 0o775 } }],
  ["in a sticky folder", { "/opt": { ...folder, mode: 0o1777 } }],
  ["of another user", { "/opt/s.sh": { uid: 33 } }, "/opt/s.sh belongs to uid 33, not to root"],
  [
    "that another group can write",
    { "/opt/s.sh": { gid: 33, mode: 0o775 } },
    "/opt/s.sh can be written by gid 33 (mode 0775)",
  ],
  [
    "that everybody can write",
    { "/opt/s.sh": { mode: 0o757 } },
    "/opt/s.sh can be written by everybody (mode 0757)",
  ],
  [
    "that everybody can write, sticky or not",
    { "/opt/s.sh": { mode: 0o1757 } },
    "/opt/s.sh can be written by everybody (mode 01757)",
  ],
  [
    "in a folder of another user",
    { "/opt": { ...folder, uid: 33 } },
    "/opt belongs to uid 33, not to root",
  ],
  [
    "in a folder that everybody can write",
    { "/opt": { ...folder, mode: 0o777 } },
    "/opt can be written by everybody (mode 0777)",
  ],
  [
    "in a root folder that everybody can write",
    { "/": { ...folder, mode: 0o777 } },
    "/ can be written by everybody (mode 0777)",
  ],
  [
    "that is a link into a folder of another user",
    { "/opt/s.sh": { link: "/home/s.sh" }, "/home": { ...folder, uid: 33 }, "/home/s.sh": {} },
    "/home belongs to uid 33, not to root",
  ],
];

for (const [what, change, unsafe] of safety) {
  test(`examineScript() finds a script ${what} ${unsafe === undefined ? "safe" : "unsafe"} for root`, () => {
    const verdict = examineScript("/opt/s.sh", root, fakeMachine(files(change)));
    assert.equal(verdict.fault, undefined);
    assert.equal(verdict.unsafe, unsafe);
  });
}

test("examineScript() does not mind who can change what somebody else than root runs", () => {
  const machine = fakeMachine(files({ "/opt": { ...folder, mode: 0o777 } }));
  assert.equal(examineScript("/opt/s.sh", web, machine).unsafe, undefined);
});

test("examineScript() minds it for what runs as root by its set-user-id bit", () => {
  const machine = fakeMachine(
    files({ "/opt/s.sh": { mode: 0o4755 }, "/opt": { ...folder, uid: 33 } }),
  );
  assert.equal(
    examineScript("/opt/s.sh", web, machine).unsafe,
    "/opt belongs to uid 33, not to root",
  );
});

test("examineScript() minds the folder of a link that is kept", () => {
  const change = { "/opt": { ...folder, uid: 33 }, "/opt/s.sh": { link: "/bin/s.sh" } };
  const machine = fakeMachine(files({ ...change, "/bin": folder, "/bin/s.sh": {} }));
  assert.equal(examineScript("/opt/s.sh", root, machine).unsafe, undefined);
  assert.equal(
    examineScript("/opt/s.sh", root, machine, true).unsafe,
    "/opt belongs to uid 33, not to root",
  );
});

const faults: readonly (readonly [
  string,
  string,
  Readonly<Record<string, FakeFile>>,
  typeof root,
  readonly [string, string, string],
])[] = [
  ["is not there", "/opt/no.sh", {}, root, [
    "not-found",
    "Script /opt/no.sh cannot be accessed - No such file or directory",
    "there is no /opt/no.sh",
  ]],
  ["is in no folder", "/no/such/s.sh", {}, root, [
    "not-found",
    "Script /no/such/s.sh cannot be accessed - No such file or directory",
    "there is no /no",
  ]],
  ["is in a closed folder", "/opt/s.sh", { "/opt": { ...folder, mode: 0o700 } }, web, [
    "not-found",
    "Script /opt/s.sh cannot be accessed - Permission denied",
    "/opt does not let uid 33 in",
  ]],
  ["is a folder", "/opt", {}, root, [
    "wrong-type",
    "Wrong file type found in script path '/opt'.",
    "it is a directory",
  ]],
  ["cannot be executed", "/opt/s.sh", { "/opt/s.sh": { mode: 0o644 } }, root, [
    "not-executable",
    "WARNING - script '/opt/s.sh' is not executable for uid:gid 0:0 - disabling.",
    "its mode is 0644",
  ]],
  ["only others may execute", "/opt/s.sh", { "/opt/s.sh": { mode: 0o711, uid: 33 } }, web, [
    "",
    "",
    "",
  ]],
  ["its group may not execute", "/opt/s.sh", { "/opt/s.sh": { mode: 0o705, gid: 33 } }, web, [
    "not-executable",
    "WARNING - script '/opt/s.sh' is not executable for uid:gid 33:33 - disabling.",
    "its mode is 0705",
  ]],
  ["is in no folder of PATH", "nosuch", {}, root, [
    "not-found",
    "Cannot find script nosuch in path - disabling",
    "it is in none of /usr/bin, /bin",
  ]],
];

for (const [what, program, change, identity, expected] of faults) {
  const says = expected[0] === "" ? "has nothing against" : "says why it cannot run";
  test(`examineScript() ${says} a script that ${what}`, () => {
    const { fault } = examineScript(program, identity, fakeMachine(files(change)));
    assert.deepEqual([fault?.kind ?? "", fault?.message ?? "", fault?.reason ?? ""], expected);
  });
}

test("examineScript() looks for a command without a path in PATH", () => {
  const machine = fakeMachine({ "/bin": folder, "/bin/true": {} });
  assert.deepEqual(examineScript("true", root, machine), { path: "/bin/true", searched: true });
});
