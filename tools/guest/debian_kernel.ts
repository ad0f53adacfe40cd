import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { GuestError } from "./guest.ts";

/** A kernel with its modules. */
export type Kernel = {
  readonly version: string;
  readonly image: string;
  /** What holds `lib/modules`. */
  readonly root: string;
};

/** Where the modules that a guest must have are. */
const needed = ["fs/9p/9p.ko", "net/netfilter/ipvs/ip_vs.ko"];

/** An installed Debian kernel that will do; else the archive's, unpacked into the cache of this user. */
export function preparedKernel(): Kernel {
  const cache = join(
    process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
    "keepalived-guest",
  );
  const found = kernelIn("/") ?? globSync(`${cache}/linux-image-*`).map(kernelIn).find(Boolean);
  return found ?? download(cache);
}

function kernelIn(root: string): Kernel | undefined {
  for (const image of globSync(join(root, "boot/vmlinuz-*"))) {
    const version = image.slice(image.indexOf("vmlinuz-") + "vmlinuz-".length);
    const modules = join(root, "lib/modules", version, "kernel");
    if (needed.every((path) => existsSync(join(modules, path)))) return { version, image, root };
  }
  return undefined;
}

function download(cache: string): Kernel {
  const meta = run("apt-cache", ["depends", "linux-image-amd64"]);
  const name = /Depends: (linux-image-\S+)/.exec(meta)?.[1];
  if (name === undefined) throw new GuestError("apt knows no linux-image-amd64: apt-get update");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "new-"));
  try {
    process.stderr.write(`guest: unpacking ${name} into ${cache} (once)\n`);
    run("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", name], folder);
    const root = join(folder, "root");
    run("dpkg-deb", ["-x", globSync(join(folder, "*.deb"))[0] ?? "", root]);
    const version = kernelIn(root)?.version;
    if (version === undefined) throw new GuestError(`${name} has no 9p or no IPVS`);
    run("depmod", ["-b", root, version]);
    renameSync(root, join(cache, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return kernelIn(join(cache, name)) as Kernel;
}

function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
    ...cwd !== undefined && { cwd },
  });
  if (status === 0) return stdout;
  throw new GuestError(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
}
