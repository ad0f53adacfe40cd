import { spawn, spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Backend, type Boot, GuestError } from "./guest.ts";
import { isolate } from "./isolate.ts";
import { type Kernel, preparedKernel } from "./debian_kernel.ts";

const programs = {
  "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
  "busybox-static": "/usr/bin/busybox",
  cpio: "/usr/bin/cpio",
  kmod: "/sbin/modprobe",
} as const;

/** An emulated machine with Debian's own kernel: boots where User Mode Linux does not, ten times slower without KVM. */
export const qemu: Backend = {
  name: "qemu",
  bootTimeoutS: 240,
  missing: () =>
    Object.entries(programs).filter(([, program]) => !existsSync(program)).map(([name]) => name),
  start: (boot) => {
    const kernel = preparedKernel();
    const ramdisk = makeRamdisk(boot, kernel);
    // qemu opens files, not descriptors.
    const pipes = ["out", "err"].map((name) => join(boot.folder, name));
    const [out, err] = pipes;
    const copy = `mkfifo ${out} ${err} && { cat ${out} >&3 & cat ${err} >&4 & "$@"; }`;
    const words = ["sh", "-c", copy, "sh", ...machine(boot, kernel, ramdisk, pipes)];
    const memory = join(boot.folder, "memory");
    mkdirSync(memory);
    const [program = "", ...args] = isolate(words, memory, boot.memoryMb);
    return spawn(program, args, { stdio: [...boot.stdio], detached: true });
  },
};

function machine(
  { memoryMb, folder, writable, parameters }: Boot,
  kernel: Kernel,
  ramdisk: string,
  pipes: readonly string[],
): readonly string[] {
  const shares = [
    ["root", "/", ",readonly=on"],
    ["share", join(folder, "share"), ""],
    ...writable.map((path, i) => [`writable${i}`, path, ""]),
  ];
  const kernelWords = [
    "console=ttyS0 quiet panic=-1 mitigations=off",
    `guest_modules=${kernel.root}/lib/modules/${kernel.version}`,
    ...parameters,
  ];
  return [
    programs["qemu-system-x86"],
    ...["-M", "q35", "-cpu", "max", "-smp", "2", "-m", String(memoryMb), "-no-reboot"],
    ...["-accel", hasKvm() ? "kvm" : "tcg", "-nodefaults", "-no-user-config", "-display", "none"],
    ...["-kernel", kernel.image, "-initrd", ramdisk, "-append", kernelWords.join(" ")],
    ...["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
    ...["-device", "virtio-serial-pci"],
    ...pipes.flatMap((path) => [
      ...["-chardev", `file,id=${basename(path)},path=${path}`],
      ...["-device", `virtserialport,chardev=${basename(path)},name=${basename(path)}`],
    ]),
    ...shares.flatMap(([tag, path, access]) => [
      "-virtfs",
      `local,mount_tag=${tag},path=${path},security_model=none,multidevs=remap${access}`,
    ]),
  ];
}

/** Modules with which the first process can mount the machine's files. */
const firstModules = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console"];

function makeRamdisk({ folder }: Boot, kernel: Kernel): string {
  const tree = join(folder, "ramdisk");
  for (const name of ["bin", "modules", "proc", "sys", "dev", "below", "layer", "root"]) {
    mkdirSync(join(tree, name), { recursive: true });
  }
  copyFileSync(programs["busybox-static"], join(tree, "bin", "busybox"));
  copyFileSync(fileURLToPath(new URL("inside/qemu_init", import.meta.url)), join(tree, "init"));
  chmodSync(join(tree, "init"), 0o755);
  const listed = spawnSync(
    programs.kmod,
    ["-d", kernel.root, "-S", kernel.version, "-a", "--show-depends", ...firstModules],
    { encoding: "utf8" },
  );
  const paths = new Set(
    listed.stdout.split("\n").flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []),
  );
  if (paths.size < firstModules.length) {
    throw new GuestError(`The kernel ${kernel.version} lacks modules: ${listed.stderr.trim()}`);
  }
  for (const path of paths) copyFileSync(path, join(tree, "modules", basename(path)));
  writeFileSync(
    join(tree, "modules", "order"),
    [...paths].map((path) => `${basename(path)}\n`).join(""),
  );
  const file = join(folder, "ramdisk.cpio");
  const packed = spawnSync("sh", ["-c", `find . | cpio --quiet -o -H newc >${file}`], {
    cwd: tree,
  });
  if (packed.status !== 0) throw new GuestError(`Cannot pack the ramdisk: ${packed.stderr}`);
  return file;
}

/** On some virtual machines the device opens, and kernels hang in it: the processor must say that it can. */
function hasKvm(): boolean {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
  } catch {
    return false; // There is none, or it is not for us.
  }
  return /^flags.* (vmx|svm)( |$)/m.test(readFileSync("/proc/cpuinfo", "utf8"));
}
