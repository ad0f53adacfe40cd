// Makes sure that what the project needs is here, then runs a command with it.
//
//   node tools/ensure.mjs [--debian SET] [-- COMMAND ARGS...]
//
// Plain JavaScript without dependencies: it runs on the Node that a fresh machine has, before anything is installed.
// It says one line for each thing that it installs, and nothing when all is there.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stamp = join(modules, ".ensured");

/** Debian packages for each use: what it needs, by the package that brings it. */
const debianSets = {
  demo: ["iproute2", "procps", "util-linux"],
  test: [
    "dnsmasq-base",
    "frr",
    "iproute2",
    "iputils-ping",
    "ipvsadm",
    "keepalived",
    "kmod",
    "man-db",
    "nftables",
    "nginx",
    "openssl",
    "procps",
    "python3-aiosmtpd",
    "systemd",
    "tshark",
    "user-mode-linux",
    "util-linux",
  ],
};

function main(args) {
  const split = args.indexOf("--");
  const options = split < 0 ? args : args.slice(0, split);
  const command = split < 0 ? [] : args.slice(split + 1);
  for (const [i, option] of options.entries()) {
    if (option !== "--debian") continue;
    const set = debianSets[options[i + 1]];
    if (set === undefined) fail(`unknown package set: ${options[i + 1]}`);
    ensureDebian(set);
  }
  ensureModules();
  if (command.length === 0) return;
  const [program, ...rest] = command;
  const child = spawn(program, rest, {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}`,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --disable-warning=ExperimentalWarning`
        .trim(),
      NO_UPDATE_NOTIFIER: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
  child.on("error", (error) => fail(`cannot run ${program}: ${error.message}`));
  child.on("close", (status, signal) => {
    process.exitCode = status ?? 128 + (constants.signals[signal] ?? 1);
  });
  // Whoever ends this means the command. Ctrl-C has reached it already.
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGINT", () => {});
}

/** The dependencies and both runtimes, from the lock file; again only when it changed. */
function ensureModules() {
  const wanted = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) {
    wanted.update(readFileSync(join(root, file)));
  }
  const hash = wanted.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  say("installing the npm dependencies, Deno and Node (about 400 MB, once)");
  run(
    "npm",
    ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
    "the npm registry",
  );
  linkDeno();
  for (const runtime of ["node", "deno"]) {
    const probe = spawnSync(join(modules, ".bin", runtime), ["--version"], { encoding: "utf8" });
    if (probe.status !== 0) {
      fail(`the pinned ${runtime} does not start here (${process.platform} ${process.arch})`);
    }
  }
  writeFileSync(stamp, hash);
}

/** The package that carries Deno's binary declares no command: `deno` is to be found beside `node` and `tsc`. */
function linkDeno() {
  const link = join(modules, ".bin", "deno");
  rmSync(link, { force: true });
  symlinkSync(`../@deno/linux-${process.arch}-glibc/deno`, link);
}

/** Debian packages that are missing, installed without starting their services. */
function ensureDebian(packages) {
  const query = spawnSync(
    "dpkg-query",
    ["-W", "-f=${Package} ${db:Status-Status}\n", ...packages],
    {
      encoding: "utf8",
    },
  );
  if (query.error) {
    say(`this is not a Debian machine: make sure that it has ${packages.join(", ")}`);
    return;
  }
  const installed = new Set(
    query.stdout.split("\n").filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  const missing = packages.filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    fail(
      `Debian packages are missing and only root can install them: apt-get install ${
        missing.join(" ")
      }`,
    );
  }
  say(`installing Debian packages: ${missing.join(", ")}`);
  withoutServices(() => {
    run("apt-get", ["update", "-qq"], "the Debian archive");
    run(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", ...missing],
      "the Debian archive",
    );
  });
}

/** Runs a step while a policy forbids package scripts to start services, as Debian's invoke-rc.d asks for. */
function withoutServices(step) {
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    step();
  } finally {
    if (ours) spawnSync("rm", ["-f", policy]);
  }
}

function run(program, args, source) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    maxBuffer: 1 << 26,
  });
  if (error === undefined && status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  fail(
    `${program} ${args[0]} failed${
      error ? `: ${error.message}` : ""
    }; is ${source} reachable from here?`,
  );
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(1);
}

main(process.argv.slice(2));
