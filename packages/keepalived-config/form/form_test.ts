import assert from "node:assert/strict";
import { test } from "node:test";
import { blockPlaces } from "../manual/places.ts";
import type { Data, DataObject } from "./data.ts";
import { LINES_FIELD, nameFieldOf, ORDER_FIELD } from "./fields.ts";
import { placeData } from "./data.ts";
import { checkForm, formOfStatements, loadForm, printForm, readForm } from "./form.ts";

function read(text: string): DataObject {
  const { data, diagnostics } = readForm((path) => [{ path, text }], "a", { hostName: "h" });
  assert.deepEqual(diagnostics, []);
  return data ?? {};
}

/** What is wrong with data: `PLACE: MESSAGE`. */
function complaints(data: Data): string[] {
  return checkForm(placeData(data, "x")).diagnostics
    .map(({ at, message }) => `${at.file}: ${message}`);
}

test("readForm() gives the types of the tables", () => {
  const text = `global_defs {
  smtp_server 10.0.0.9 2525
  smtp_connect_timeout 30
  script_user nobody
  use_symlink_paths
  umask 0177
}
vrrp_instance A {
  interface eth0
  virtual_router_id 7
  advert_int 1.5
  nopreempt
  v3_checksum_as_v2 off
  garp_extra_if all 60
  notify_master "/bin/x 'a b'" root
  notify_backup "/bin/x c"
  virtual_ipaddress {
    10.0.0.1/24 dev eth1
    10.0.0.2
  }
}
`;
  assert.deepEqual(read(text), {
    global_defs: {
      smtp_server: ["10.0.0.9", 2525],
      smtp_connect_timeout: 30,
      script_user: "nobody",
      use_symlink_paths: true,
      umask: "0177",
    },
    vrrp_instance: {
      name: "A",
      interface: "eth0",
      virtual_router_id: 7,
      advert_int: 1.5,
      nopreempt: true,
      v3_checksum_as_v2: false,
      garp_extra_if: ["all", 60],
      notify_master: { command: ["/bin/x", "a b"], user: "root" },
      notify_backup: "/bin/x c",
      virtual_ipaddress: ["10.0.0.1/24 dev eth1", "10.0.0.2"],
    },
  });
});

test("readForm() makes lists of what is repeated, and lists of lists where one is a list", () => {
  const text = `vrrp_instance A {
  virtual_ipaddress {
    10.0.0.1
  }
  virtual_ipaddress {
  }
}
vrrp_instance B {
  auth_hmac {
    key 1 abcdefghijklmnopqrstuvwxyzabcdefgh
    key 2 bcdefghijklmnopqrstuvwxyzabcdefghi
  }
}
`;
  assert.deepEqual(read(text), {
    vrrp_instance: [
      { name: "A", virtual_ipaddress: [["10.0.0.1"], []] },
      {
        name: "B",
        auth_hmac: {
          key: [
            [1, "abcdefghijklmnopqrstuvwxyzabcdefgh"],
            [2, "bcdefghijklmnopqrstuvwxyzabcdefghi"],
          ],
        },
      },
    ],
  });
});

const CHECKED = `virtual_server 10.0.0.1 80 {
    real_server 10.0.0.2 80 {
        TCP_CHECK {
            retry 1
        }
        PING_CHECK {
        }
        TCP_CHECK {
            retry 2
        }
    }
}
`;

test("readForm() says the order where keywords of a kind do not stand together", () => {
  const data = read(CHECKED);
  assert.deepEqual(data, {
    virtual_server: {
      service: "10.0.0.1 80",
      real_server: {
        address: ["10.0.0.2", 80],
        TCP_CHECK: [{ retry: 1 }, { retry: 2 }],
        PING_CHECK: {},
        order: ["TCP_CHECK", "PING_CHECK", "TCP_CHECK"],
      },
    },
  });
  assert.equal(printForm(data), CHECKED);
});

test("printForm() quotes, indents and parts blocks", () => {
  const data = {
    global_defs: { router_id: "a b", notification_email: ["a@b", "@x"] },
    vrrp_instance: { name: "VI#1", debug: true },
  };
  assert.equal(
    printForm(data),
    `global_defs {
    router_id "a b"
    notification_email {
        a@b
        "@x"
    }
}

vrrp_instance "VI#1" {
    debug
}
`,
  );
});

test("printForm() throws for data that no file can say", () => {
  assert.throws(() => printForm({ global_defs: { router_id: 'a"b' } }), RangeError);
});

const MISTAKES: readonly (readonly [Data, string])[] = [
  [[], "x#: expected an object, found a list"],
  [{ nosuch: 1 }, "x#/nosuch: Unknown keyword 'nosuch'"],
  [
    { virtual_server_group: { name: "A", "10.0.0.1": 80 } },
    "x#/virtual_server_group/10.0.0.1: Unknown keyword '10.0.0.1'",
  ],
  [
    { virtual_server_group: { name: "A", ':""': null } },
    `x#/virtual_server_group/:"": Unknown keyword ':""'`,
  ],
  [{ global_defs: [1] }, "x#/global_defs/0: global_defs[0]: expected an object, found a number"],
  [
    { vrrp_instance: { name: "A", priority: {} } },
    "x#/vrrp_instance/priority: vrrp_instance.priority: expected a number, found an object",
  ],
  [
    { vrrp_instance: { name: "A", priority: true } },
    "x#/vrrp_instance/priority: vrrp_instance.priority: expected a number, found true",
  ],
  [
    { vrrp_instance: { name: "A", priority: 300 } },
    "x#/vrrp_instance/priority: (A) priority: number '300' outside range [1, 255]",
  ],
  [
    { vrrp_instance: { name: "A", nopreempt: false } },
    "x#/vrrp_instance/nopreempt: vrrp_instance.nopreempt: expected true, found false",
  ],
  [
    { vrrp_instance: { name: "A", smtp_alert: 1 } },
    "x#/vrrp_instance/smtp_alert: vrrp_instance.smtp_alert: expected true or false, found a number",
  ],
  [
    { vrrp_instance: { name: "A", advert_int: [[1]] } },
    "x#/vrrp_instance/advert_int/0: vrrp_instance.advert_int[0]: expected a number of seconds, found a list",
  ],
  [{ vrrp_instance: { priority: 1 } }, "x#/vrrp_instance: vrrp_instance must have a name"],
  [
    { global_defs: { router_id: "a\nb" } },
    "x#/global_defs/router_id: global_defs.router_id: a line break cannot stand in a configuration",
  ],
  [
    { static_ipaddress: [{}] },
    "x#/static_ipaddress/0: static_ipaddress[0]: expected a line as a string, found an object",
  ],
  [
    { static_ipaddress: "10.0.0.1 { }" },
    "x#/static_ipaddress: A brace cannot stand here without double quotes around it",
  ],
  [
    { vrrp_script: { name: "A", script: { command: [], user: "x" } } },
    "x#/vrrp_script/script/command: vrrp_script.script.command: expected a list of strings, found a list",
  ],
  [
    { vrrp_script: { name: "A", script: { command: "a", usr: "x" } } },
    "x#/vrrp_script/script/usr: unknown field 'usr' of a command",
  ],
  [
    { vrrp_script: { name: "A", script: { command: "a b", user: 'x"y' } } },
    "x#/vrrp_script/script: vrrp_script.script: user and group of a command with arguments cannot hold double quotes",
  ],
  [
    { vrrp_script: { name: "A", script: "'" } },
    "x#/vrrp_script/script: vrrp_script.script: no command, or a quote without its partner",
  ],
  [
    { vrrp_script: { name: "A", script: {} } },
    "x#/vrrp_script/script: vrrp_script.script: expected 'command', found an object",
  ],
  [
    { vrrp_instance: { name: "A", debug: 1, order: ["debug", "debug"] } },
    "x#/vrrp_instance/order/1: vrrp_instance.order[1]: 'debug' stands here only 1 times",
  ],
  [
    { vrrp_instance: { name: "A", order: 1 } },
    "x#/vrrp_instance/order: vrrp_instance.order: expected a list of keywords, found a number",
  ],
  [
    { global_defs: { router_id: "${_PWD}" } },
    "x#/global_defs/router_id: '${_PWD}' is not replaced in plain data",
  ],
  [
    { global_defs: { router_id: "$_RANDOM" } },
    "x#/global_defs/router_id: '$_RANDOM' is not replaced in plain data",
  ],
];

for (const [data, complaint] of MISTAKES) {
  test(`checkForm() of ${JSON.stringify(data)} says what is wrong, once, with its path`, () => {
    assert.ok(complaints(data).includes(complaint), complaints(data).join("\n"));
    assert.equal(complaints(data).filter((text) => text === complaint).length, 1);
  });
}

test("checkForm() takes what people write: one line alone, numbers for words, nothing for a flag", () => {
  const data = {
    vrrp_instance: {
      name: 1,
      nopreempt: null,
      virtual_router_id: "7",
      smtp_alert: "on",
      virtual_ipaddress: "10.0.0.1",
      notify: { command: "/bin/x y", user: "root" },
    },
    vrrp_track_file: { name: "old" },
  };
  const form = checkForm(placeData(data, "x"));
  assert.deepEqual(form.data, {
    vrrp_instance: {
      name: "1",
      nopreempt: true,
      virtual_router_id: 7,
      smtp_alert: true,
      virtual_ipaddress: ["10.0.0.1"],
      notify: { command: "/bin/x y", user: "root" },
    },
    track_file: { name: "old" },
  });
  assert.deepEqual(form.diagnostics.map(({ code }) => code), ["deprecated"]);
});

test("checkForm() keeps words that look like numbers as they are written", () => {
  const at = { file: "x", line: 1, column: 1, length: 1 };
  const field = (key: string, value: Parameters<typeof checkForm>[0]) => ({ key, at, value });
  const node = (fields: ReturnType<typeof field>[]) => ({ kind: "object" as const, at, fields });
  const password = { kind: "scalar" as const, at, value: 123, source: "0123" };
  const name = { kind: "scalar" as const, at, value: "A" };
  const data = node([field(
    "vrrp_instance",
    node([field("name", name), field("authentication", node([field("auth_pass", password)]))]),
  )]);
  assert.deepEqual(checkForm(data).data, {
    vrrp_instance: { name: "A", authentication: { auth_pass: "0123" } },
  });
});

test("loadForm() resolves as a file is resolved", () => {
  const data = {
    vrrp_instance: {
      name: "A",
      interface: "eth0",
      virtual_router_id: 7,
      advert_int: 0.25,
      version: 3,
      virtual_ipaddress: "10.0.0.1/24",
    },
  };
  const { config, diagnostics } = loadForm(placeData(data, "x"), { hostName: "h" });
  assert.deepEqual(diagnostics, []);
  assert.equal(config?.instances[0]?.advertisementIntervalUs, 250_000);
});

test("formOfStatements() says what statements of our own code say", () => {
  const form = formOfStatements([
    { name: "child_wait_time", arguments: ["5"] },
    {
      name: "vrrp_instance",
      arguments: ["A b"],
      block: [{ name: "notify", arguments: [{ argv: ["/bin/x", "y z"] }] }],
    },
  ]);
  assert.deepEqual(form.diagnostics, []);
  assert.deepEqual(form.data, {
    child_wait_time: 5,
    vrrp_instance: { name: "A b", notify: { command: ["/bin/x", "y z"] } },
  });
});

test("no keyword has the name of a field that plain data adds to its block", () => {
  const blocks = new Map(blockPlaces().map(({ path, places }) => [path.join("."), places]));
  for (const { keyword, path } of [...blocks.values()].flat()) {
    const added = [nameFieldOf(keyword), LINES_FIELD, ORDER_FIELD];
    const inner = blocks.get([...path, keyword.name].join(".")) ?? [];
    for (const place of inner.filter(({ inLine }) => !inLine)) {
      assert.ok(!added.includes(place.keyword.name), `${keyword.name} ${place.keyword.name}`);
    }
  }
});
