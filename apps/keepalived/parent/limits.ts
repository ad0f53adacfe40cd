import { readFileSync, writeFileSync } from "node:fs";
import { limitsOf, setLimits, setUmask, SyscallError } from "@keepalived/linux";
import type { Log } from "../log.ts";
import type { Options } from "../options.ts";

const patternFile = "/proc/sys/kernel/core_pattern";

/**
 * What this process and all that it starts are allowed: file modes, open files, core files.
 *
 * Disposing it gives the machine's pattern of core file names back, which is not ours alone.
 */
export class ProcessLimits {
  #patternBefore: string | undefined;

  constructor(options: Options, umask: number, log: Log) {
    const attempt = (change: () => void) => {
      try {
        change();
      } catch (error) {
        log("warning", (error as Error).message);
      }
    };
    setUmask(umask);
    const { soft, hard } = limitsOf("openFiles");
    // Thousands of servers or instances need more than the 1024 that a shell gives.
    if (soft < hard) attempt(() => setLimits("openFiles", { soft: hard, hard }));
    if (options.count("coreDump") + options.count("corePattern") > 0) {
      attempt(() => allowCore());
    }
    if (options.count("corePattern") === 0) return;
    attempt(() => {
      const before = readFileSync(patternFile, "utf8");
      writeFileSync(patternFile, options.value("corePattern") ?? "core");
      this.#patternBefore = before;
    });
  }

  [Symbol.dispose](): void {
    if (this.#patternBefore !== undefined) writeFileSync(patternFile, this.#patternBefore);
  }
}

function allowCore(): void {
  try {
    setLimits("core", { soft: Infinity, hard: Infinity });
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const { hard } = limitsOf("core"); // As much as we may.
    setLimits("core", { soft: hard, hard });
  }
}
