import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Backend } from "./guest.ts";
import { isolate } from "./isolate.ts";

const kernel = "/usr/bin/linux.uml";
const modules = "/usr/lib/uml/modules";

/** User Mode Linux: the kernel as an ordinary program, whose system calls are nearly as fast as the machine's. */
export const uml: Backend = {
  name: "uml",
  bootTimeoutS: 60,
  missing: () => [
    ...existsSync(kernel) && existsSync(modules) ? [] : ["user-mode-linux"],
    ...existsSync("/sbin/insmod") ? [] : ["kmod"],
  ],
  start: ({ memoryMb, folder, writable: _, parameters, stdio }) => {
    const memory = join(folder, "memory");
    mkdirSync(memory);
    const words = [
      kernel,
      `mem=${memoryMb}M`,
      `uml_dir=${folder}/`,
      "root=none rootfstype=hostfs rootflags=/ ro",
      `init=${fileURLToPath(new URL("inside/uml_init", import.meta.url))}`,
      // Console and serial lines: input from nowhere, output to the descriptors that we give.
      "con=null con0=null,fd:1 ssl=null ssl0=null,fd:3 ssl1=null,fd:4 quiet",
      `guest_modules=${modules}`,
      ...parameters,
    ].flatMap((word) => word.split(" "));
    const [program = "", ...args] = isolate(words, memory, memoryMb);
    return spawn(program, args, {
      stdio: [...stdio],
      detached: true,
      // The guest's memory is a file there.
      env: { ...process.env, TMPDIR: memory },
    });
  },
};
