/**
 * The installed C daemon beside ours: `keepalived -t` over the sample files of its package and of testdata, in one namespace
 * that has the interfaces and network namespaces which the files name. Needs root and the Debian package keepalived.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { samples } from "./support.ts";

const PACKAGE = "/usr/share/doc/keepalived/samples";

/** Files whose exit status differs from that of the installed C daemon (2.2.7), and why. */
const STATUS: Readonly<Record<string, string>> = {
  "devtools-keepalived.simple.conf": "the package is built without iptables",
  "devtools-718.conf": "the package is built without iptables",
  "devtools-track_proc_t.conf": "the package is built without iptables",
  "devtools-random.conf": "the package is built without iptables",
  "devtools-1569-ttl.conf": "unicast without an interface is newer than the package",
  "man-nftables-ipvs.conf": "some keywords are newer than the package",
  "devtools-1694.conf": "the package asks a name server while it reads, and waits",
  "keepalived.conf.SSL_GET": "MASTER with AH is no longer refused after 2.2.7",
  "keepalived.conf.vrrp": "an address that is there twice is told since 2.3.3",
};

/** What the C daemon says and we do not, and why. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^iptables not supported/, "the package is built without iptables"],
  [/^Unknown keyword '(use_symlink|set_supp|iproute_etc|\w+_dump_file)/, "newer than the package"],
  [/^Unknown keyword '}'/, "it is said once: Extra '}' found"],
  [/^Non-existent interface specified in config/, "a sum of what is said of each interface"],
  [/^Invalid smtp server XXX/, "it is said of the port: invalid number"],
  [/^Invalid smtp server smtp.domain.com/, "names are asked for when a mail is sent"],
  [/^startup_script_timeout 'SECONDS' must be in/, "it is said once: invalid number"],
  [/^VRRP parsed invalid IP 192.168.\d00.\/24/, "it is said of the rule"],
  [
    /is not a private macvlan; ignoring vmac if_name$/,
    "interfaces are looked at when they are made",
  ],
  [/unicast with use_vmac requires vmac_xmit_base - setting$/, "it is so without a word"],
  [/track script \w+ not found, ignoring...$/, "it is said of the script, which is left out"],
  [
    /^\((K1v6|VI_1)\) Unknown interface!$/,
    "unicast without an interface is newer than the package",
  ],
  [/Specifying lvs_sync_daemon_interface against a vrrp/, "it is said in one line"],
  [/Initial state master is incompatible with AH/, "no longer refused after 2.2.7"],
];

type Verdict = { readonly status: number; readonly said: readonly string[] };

const files = [
  ...(["confs", "confs-bad"] as const).flatMap((folder) =>
    samples(folder).map(({ file, configId, interfaces }) => ({
      path: fileURLToPath(new URL(`testdata/${folder}/${file}`, import.meta.url)),
      configId,
      interfaces,
    }))
  ),
  ...readdirSync(PACKAGE).filter((name) => name.startsWith("keepalived.conf")).map((name) => ({
    path: join(PACKAGE, name),
    configId: "host",
    interfaces: new Set<string>(),
  })),
];

/** Makes what the files name, then asks both daemons. $1: interfaces; the others: FILE=CONFIG-ID. */
const SCRIPT = `
set -e
mkdir -p /run/netns
mount -t tmpfs none /run/netns
for name in amphora-haproxy host high low medium; do ip netns attach $name $$; done
ip link set lo up
count=0
for name in $1; do
  ip link add $name type veth peer name other$count
  ip link set $name up
  count=$((count + 1))
done
shift
"$RUNTIME" $RUNTIME_ARGUMENTS "$JUDGE" "$@"
for argument in "$@"; do
  file=\${argument%=*}
  echo "== $file"
  status=0
  timeout 5 keepalived -t -f "$file" -i "\${argument##*=}" 2>&1 || status=$?
  echo "== status $status"
done
`;

/** Both verdicts on each file. */
async function judge(): Promise<{ ours: Map<string, Verdict>; theirs: Map<string, Verdict> }> {
  const interfaces = [...new Set(files.flatMap(({ interfaces }) => [...interfaces]))]
    .filter((name) => name !== "lo");
  const deno = "Deno" in globalThis;
  const { stdout } = await promisify(execFile)(
    "unshare",
    [
      ...["--net", "--mount", "--propagation", "private", "bash", "-c", SCRIPT, "bash"],
      interfaces.join(" "),
      ...files.map(({ path, configId }) => `${path}=${configId}`),
    ],
    {
      encoding: "latin1",
      maxBuffer: 1 << 24,
      env: {
        ...process.env,
        RUNTIME: process.execPath,
        RUNTIME_ARGUMENTS: deno ? "run -A --no-check" : "--no-warnings",
        JUDGE: fileURLToPath(new URL("peer_judge.ts", import.meta.url)),
      },
    },
  );
  const ours = new Map<string, Verdict>();
  const theirs = new Map<string, Verdict>();
  let file = "";
  let said: string[] = [];
  for (const line of stdout.split("\n")) {
    const status = /^== status ([0-9]+)$/.exec(line)?.[1];
    if (line.startsWith("{")) {
      const verdict: Verdict & { readonly file: string } = JSON.parse(line);
      ours.set(verdict.file, verdict);
    } else if (status !== undefined) theirs.set(file, { status: Number(status), said });
    else if (line.startsWith("== ")) [file, said] = [line.slice(3), []];
    else if (line !== "") said.push(line.replace(/^\((\S+: )?Line [0-9]+\)/, "").trim());
  }
  return { ours, theirs };
}

/** `(VI_1): …` and `(VI_1) …` are the same. */
function plain(text: string): string {
  return text.replaceAll("): ", ") ");
}

const { ours, theirs } = await judge();
const used = new Set<RegExp>();

for (const { path } of files) {
  test(`${basename(path)} has the verdict of the C daemon, or there is a reason`, (context) => {
    const [mine, peer] = [ours.get(path), theirs.get(path)];
    assert.ok(mine !== undefined && peer !== undefined);
    const reason = STATUS[basename(path)];
    if (reason === undefined) assert.equal(mine.status, peer.status, mine.said.join("\n"));
    else {
      assert.notEqual(mine.status, peer.status, `no longer: ${reason}`);
      context.diagnostic(`${basename(path)}: ${peer.status} there, ${mine.status} here: ${reason}`);
    }
    const all = plain(mine.said.join("\n"));
    for (const complaint of peer.said.filter((one) => !all.includes(plain(one)))) {
      const found = WORDS.find(([pattern]) => pattern.test(complaint));
      assert.ok(found !== undefined, `only the C daemon says: ${complaint}`);
      used.add(found[0]);
      context.diagnostic(`${complaint}: ${found[1]}`);
    }
  });
}

test("every reason is needed", () => {
  const names = new Set(files.map(({ path }) => basename(path)));
  assert.deepEqual(Object.keys(STATUS).filter((name) => !names.has(name)), []);
  assert.deepEqual(WORDS.filter(([pattern]) => !used.has(pattern)).map(([, reason]) => reason), []);
});
