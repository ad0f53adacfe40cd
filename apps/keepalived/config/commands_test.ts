/** Each command as an operator runs it: what it prints, and its exit status. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../bin/keepalived", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "keepalived-config-"));
after(() => rmSync(folder, { recursive: true }));

type Result = { readonly status: number | null; readonly out: string; readonly err: string };

function run(...words: readonly string[]): Result {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      KEEPALIVED_RUNTIME: "Deno" in globalThis ? "deno" : "node",
      NO_COLOR: "1",
    },
  });
  if (error !== undefined) throw error;
  return { status, out: stdout, err: stderr };
}

function config(...words: readonly string[]): Result {
  return run("config", ...words);
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const good = file(
  "good.conf",
  `$PRIORITY=150
vrrp_instance VI_1 {
    interface eth0
    state BACKUP
    virtual_router_id 51
    priority \${PRIORITY}
    advert_int 0.5
    @other nopreempt
    version 3
    virtual_ipaddress {
        10.0.0.1/24 # the address
    }
}
`,
);
const bad = file("bad.conf", "vrrp_instance VI_1 {\n    priorty 9\n}\n");
const yaml = `vrrp_instance:
  name: VI_1
  interface: eth0
  state: BACKUP
  virtual_router_id: 51
  priority: 150
  advert_int: 0.5
  version: 3
  virtual_ipaddress:
    - 10.0.0.1/24
`;

test("config without arguments prints its commands", () => {
  const { status, out } = config();
  assert.equal(status, 0);
  for (const name of ["check", "show", "explain", "convert", "diff", "schema"]) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
    const help = config(name, "--help");
    assert.equal(help.status, 0);
    assert.match(help.out, new RegExp(`^Usage: keepalived config ${name} `));
    assert.match(help.out, /Exit status/);
  }
});

test("wrong usage has status 64 and says what is wrong", () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["nosuch"], /no command 'nosuch'/],
    [["toString"], /no command 'toString'/],
    [["check"], /FILE is missing/],
    [["check", "a", "b"], /unexpected argument 'b'/],
    [["check", good, "--nosuch"], /unknown option '--nosuch'/],
    [["check", good, "--format=xml"], /takes text, json, not 'xml'/],
    [["check", good, "--off=nosuch"], /no finding has the code 'nosuch'/],
    [["check", good, "--format=text", "--format=json"], /given twice/],
    [["convert", good], /give --to or --output/],
    [["diff", good], /B is missing/],
  ];
  for (const [words, message] of wrong) {
    const { status, out, err } = config(...words);
    assert.equal(status, 64, words.join(" "));
    assert.equal(out, "");
    assert.match(err, message);
  }
});

test("check has the status of the worst finding", () => {
  const deprecated = file(
    "deprecated.conf",
    readFileSync(join(folder, good), "utf8").replace(
      "version 3",
      "version 3\n    linkbeat_use_polling",
    ),
  );
  const warned = file("warned.conf", "vrrp_sync_group G {\n    group {\n    }\n}\n");
  assert.deepEqual(
    [good, deprecated, warned, bad, "nosuch.conf"].map((name) => {
      return config("check", "--off=lint-default-priority", name).status;
    }),
    [0, 1, 2, 3, 66],
  );
});

test("check prints findings with their places, and leaves out codes that are switched off", () => {
  const { out } = config("check", bad);
  assert.match(out, /^bad\.conf:2:5: error\[unknown-keyword\]: .*\n {8}priorty 9\n {8}\^{7}\n/m);
  assert.match(out, /did you mean 'priority'/);
  assert.equal(config("check", good).out, "good.conf: nothing found\n");
  const surplus = file(
    "surplus.conf",
    readFileSync(join(folder, good), "utf8").replace("BACKUP", "BACKUP more"),
  );
  assert.match(config("check", surplus).out, /warning\[surplus-argument\]/);
  assert.equal(config("check", surplus, "--off", "surplus-argument").status, 0);
  // Errors stay.
  assert.equal(config("check", bad, "--off", "unknown-keyword").status, 3);
});

test("check --format=json is for programs", () => {
  const { status, out } = config("check", "--format=json", bad);
  const { diagnostics, ...rest } = JSON.parse(out);
  assert.deepEqual(rest, { configuration: "bad.conf", status });
  assert.deepEqual(diagnostics.find(({ line }: { line: number }) => line === 2), {
    severity: "error",
    code: "unknown-keyword",
    message: "(VI_1) Unknown keyword 'priorty'",
    hint: "did you mean 'priority'?",
    file: "bad.conf",
    line: 2,
    column: 5,
    length: 7,
  });
});

test("check -i decides lines with a condition", () => {
  const conditional = file(
    "conditional.conf",
    readFileSync(join(folder, good), "utf8").replace("@other nopreempt", "@one nosuch"),
  );
  assert.equal(config("check", conditional, "-i", "one").status, 3);
  assert.equal(config("check", conditional, "-i", "two").status, 0);
});

test("check --machine looks at this machine", () => {
  const other = file(
    "other.conf",
    readFileSync(join(folder, good), "utf8").replace("eth0", "nosuch0"),
  );
  assert.equal(config("check", other).status, 0);
  assert.match(config("check", other, "--machine").out, /unknown-interface/);
});

test("explain tells about keywords, where they stand, and findings", () => {
  const { status, out } = config("explain", "advert_int");
  assert.equal(status, 0);
  assert.match(out, /^advert_int SECONDS\n/);
  assert.match(out, /seconds from 0\.01 to 255, up to 6 decimals/);
  assert.match(out, /Default\s+1\n/);
  assert.match(out, /In\s+vrrp_instance\n/);
  assert.match(config("explain", "thread_timer_expired").out, /Same as\s+timer_expired_backup/);
  assert.match(config("explain", "timer_expired_backup").out, /Other names\s+thread_timer_expired/);
  assert.match(config("explain", "TCP_CHECK/retry").out, /TCP_CHECK\n/);
  assert.doesNotMatch(config("explain", "vrrp_instance/smtp_alert").out, /real_server/);
  assert.match(config("explain", "label").out, /virtual_ipaddress/);
  assert.match(config("explain", "missing-brace").out, /a finding/);
});

test("explain of what it does not know has status 3 and a suggestion", () => {
  const { status, err } = config("explain", "advertint");
  assert.equal(status, 3);
  assert.match(err, /did you mean 'advert_int'\?/);
});

test("convert goes from each language to each other with the same meaning", () => {
  const asYaml = config("convert", good, "--to", "yaml");
  assert.deepEqual(asYaml, { status: 0, out: yaml, err: "" });
  assert.equal(config("convert", good, "-o", "out.yaml").status, 0);
  assert.equal(readFileSync(join(folder, "out.yaml"), "utf8"), yaml);
  assert.equal(config("convert", "out.yaml", "-o", "out.json").status, 0);
  assert.equal(config("convert", "out.json", "-o", "out.conf").status, 0);
  assert.equal(config("convert", "out.conf", "--to=yaml").out, yaml);
  assert.deepEqual(config("diff", good, "out.yml".replace("yml", "yaml")), {
    status: 0,
    out: "Nothing would change\n",
    err: "",
  });
});

test("convert writes nothing of a configuration with errors", () => {
  const { status, out, err } = config("convert", bad, "--to=json");
  assert.equal(status, 3);
  assert.equal(out, "");
  assert.match(err, /unknown-keyword/);
  const broken = file("broken.yaml", "a: [1\nb: 2\n");
  assert.equal(config("convert", broken, "--to=json").status, 3);
  assert.match(
    config("convert", broken, "--to=json").err,
    /^broken\.yaml:2:1: error\[invalid-syntax\]/,
  );
  assert.equal(config("convert", "nosuch.yaml", "--to=json").status, 66);
  const unwritable = config("convert", good, "-o", "nosuch/a.yaml");
  assert.equal(unwritable.status, 73);
  assert.match(unwritable.err, /Cannot write 'nosuch\/a\.yaml'/);
});

test("schema prints the JSON Schema", () => {
  const { status, out } = config("schema");
  assert.equal(status, 0);
  assert.equal(JSON.parse(out).$schema, "https://json-schema.org/draft/2020-12/schema");
});

test("show prints what holds, in each language", () => {
  const { status, out } = config("show", good);
  assert.equal(status, 0);
  assert.match(out, /^ {4}priority 150$/m);
  assert.match(out, /^ {4}garp_master_repeat 5$/m);
  const shown = JSON.parse(config("show", good, "--to=json").out);
  assert.equal(shown.vrrp_instance.advert_int, 0.5);
  assert.match(config("show", good, "--to=yaml").out, /^ {2}priority: 150$/m);
  assert.equal(config("show", bad).status, 3);
});

test("show masks secrets unless they are asked for", () => {
  const secret = file(
    "secret.conf",
    readFileSync(join(folder, good), "utf8")
      .replace("version 3", "authentication {\n auth_type PASS\n auth_pass hunter2\n }")
      .replace("0.5", "1"),
  );
  assert.doesNotMatch(config("show", secret).out, /hunter2/);
  assert.match(config("show", secret, "--secrets").out, /auth_pass hunter2/);
});

test("diff says in words what a reload would do", () => {
  const other = file("b.conf", readFileSync(join(folder, good), "utf8").replace("=150", "=90"));
  const { status, out } = config("diff", good, other);
  assert.equal(status, 1);
  assert.match(out, /VI_1/);
  assert.match(out, /150/);
  assert.equal(config("diff", good, bad).status, 3);
  assert.equal(config("diff", good, "nosuch.conf").status, 66);
});

test("-t and -f take YAML", () => {
  const file = join(folder, "out.yaml");
  writeFileSync(file, yaml.replace("eth0", "lo"));
  assert.deepEqual(run("-t", "-f", file), { status: 0, out: "", err: "" });
  writeFileSync(file, yaml.replace("eth0", "lo").replace("150", "1500"));
  const { status, err } = run("-t", "-f", file);
  assert.equal(status, 5);
  assert.match(err, /out\.yaml:6:13: error\[out-of-range\]/);
});

/** A pipe from a command to another one. */
function piped(words: string, reader: string): Pick<Result, "out" | "err"> {
  const script = `"$0" config ${words} | (${reader})`;
  const { stdout, stderr } = spawnSync("sh", ["-c", script, program], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, KEEPALIVED_RUNTIME: "Deno" in globalThis ? "deno" : "node" },
  });
  return { out: stdout, err: stderr };
}

test("a large output reaches a slow reader whole", () => {
  const many = Array.from(
    { length: 4000 },
    (_, i) => `vrrp_instance V${i} {\n interface e${i}\n virtual_router_id 1\n}\n`,
  ).join("");
  file("many.conf", many);
  const { out } = piped("convert many.conf --to=json", "sleep 0.3; wc -c");
  assert.equal(Number(out), config("convert", "many.conf", "--to=json").out.length);
});

test("a reader that has enough is no error", () => {
  assert.deepEqual(piped("schema", "head -n 1"), { out: "{\n", err: "" });
});
