/** The Debian package, installed and removed in a copy of this machine's file tree that is thrown away. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../tools/build/bundle.ts";
import { buildDeb } from "../../tools/build/deb.ts";
import { instanceConf } from "../app/instance_conf.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-deb-"));
before(async () => {
  writeFileSync(join(folder, "keepalived.conf"), instanceConf());
  await buildDeb(join(folder, "keepalived.deb"), 0);
});
after(() => rmSync(folder, { recursive: true }));

/** Makes the copy, with a network of its own, and runs `script.sh` in it, which finds the folder at `/mnt`. */
const inCopy = `set -e
cd "$0"
mkdir layers && mount -t tmpfs none layers
mkdir layers/upper layers/work layers/root
mount -t overlay overlay -o lowerdir=/,upperdir=layers/upper,workdir=layers/work layers/root
mount --bind /dev layers/root/dev
mount --bind . layers/root/mnt
mount -t proc proc layers/root/proc
mount -t sysfs sysfs layers/root/sys
exec chroot layers/root sh -eux /mnt/script.sh
`;

/** Runs a script in the copy. @throws with what it said, if it fails */
function run(script: string): string {
  writeFileSync(join(folder, "script.sh"), script);
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", inCopy, folder],
    { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" } },
  );
  rmSync(join(folder, "layers"), { recursive: true });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

/** Waits up to 2 minutes for a command to succeed. */
const untilFunction = `until_() {
  for i in $(seq 1200); do if eval "$1"; then return; fi; sleep 0.1; done
  echo "never: $1" >&2; exit 1
}
`;

test("takes the place of the package keepalived, works, and goes without a trace", () => {
  const said = run(`${untilFunction}
# What somebody has stays; of the two there is one at a time.
mkdir -p /etc/keepalived && cp /mnt/keepalived.conf /etc/keepalived/keepalived.conf
dpkg-query --status keepalived | grep -q '^Status: install ok installed'
dpkg --install /mnt/keepalived.deb >/dev/null 2>&1
dpkg-query --status keepalived | grep -q '^Status: .* config-files'
cmp /mnt/keepalived.conf /etc/keepalived/keepalived.conf
dpkg --verify keepalived-ts
keepalived --version 2>&1 | grep -q TypeScript
genhash -h 2>&1 | grep -q '^Usage: genhash'
systemd-analyze verify keepalived.service keepalived-unprivileged.service
test -L /etc/systemd/system/multi-user.target.wants/keepalived.service
test ! -e /etc/systemd/system/multi-user.target.wants/keepalived-unprivileged.service
for page in keepalived.8 keepalived.conf.5 genhash.1; do
  man --warnings --local-file "/usr/share/man/man\${page##*.}/$page.gz" >/mnt/page 2>/mnt/warnings
  test -s /mnt/page && test ! -s /mnt/warnings
done
# The example is a configuration.
ip link set lo up
ip link add eth0 type veth peer name other && ip link set eth0 up && ip link set other up
ip address add 192.0.2.1/24 dev eth0
keepalived --config-test --use-file=/etc/keepalived/keepalived.conf.sample
# As the unit says, as root.
. /etc/default/keepalived
command=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/keepalived.service)
eval "exec $command" & daemon=$!
until_ "ip address show dev eth0 | grep -q 192.0.2.100/24"
keepalived status | grep -q MASTER
kill $daemon
wait $daemon
if ip address show dev eth0 | grep 192.0.2.100; then exit 1; fi
dpkg --remove keepalived-ts >/dev/null
test ! -e /usr/sbin/keepalived
test -e /etc/default/keepalived
dpkg --purge keepalived-ts >/dev/null
test ! -e /etc/default/keepalived
cmp /mnt/keepalived.conf /etc/keepalived/keepalived.conf
test ! -e /etc/systemd/system/multi-user.target.wants/keepalived.service
echo done
`);
  assert.match(said, /done\n$/);
});

test("the unprivileged unit gives what a MASTER needs", () => {
  const unit = readFileSync(
    join(root, "packaging/systemd/keepalived-unprivileged.service"),
    "utf8",
  );
  const valuesOf = (key: string) =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value ?? "").join(" ");
  const capabilities = valuesOf("AmbientCapabilities");
  assert.equal(capabilities, valuesOf("CapabilityBoundingSet"));
  // Without those that this machine, which may be a container, does not have itself.
  const own = /^Capability bounding set: (.*)$/m.exec(
    spawnSync("setpriv", ["--dump"], { encoding: "utf8" }).stdout,
  )?.[1]?.split(",") ?? [];
  const wanted = capabilities.toLowerCase().split(" ").map((name) => name.replace("cap_", ""));
  const set = wanted.filter((name) => own.includes(name)).map((name) => `+${name}`).join(",");
  const said = run(`${untilFunction}
dpkg --install /mnt/keepalived.deb >/dev/null 2>&1
mkdir -p /etc/keepalived && cp /mnt/keepalived.conf /etc/keepalived/keepalived.conf
ip link set lo up
ip link add eth0 type veth peer name other && ip link set eth0 up && ip link set other up
ip address add 192.0.2.1/24 dev eth0
rm -rf /run/keepalived
install -d -o nobody -g nogroup /run/keepalived
. /etc/default/keepalived
command=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/keepalived-unprivileged.service)
eval "exec setpriv --reuid=nobody --regid=nogroup --clear-groups --bounding-set=-all,${set} --inh-caps=-all,${set} --ambient-caps=-all,${set} $command" & daemon=$!
until_ "ip address show dev eth0 | grep -q 192.0.2.100/24"
ps -o user= -p $(cat /run/keepalived/vrrp.pid)
kill $daemon
wait $daemon
if ip address show dev eth0 | grep 192.0.2.100; then exit 1; fi
`);
  assert.equal(said.trim(), "nobody");
});
