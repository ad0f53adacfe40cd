import type { ChildProcess } from "node:child_process";
import type { Host } from "../../tools/lab/network.ts";
import { endsWithUs } from "./contenders.ts";

/** The cable of a host to the bridge, pulled without the milliseconds that starting a program takes. */
export class Cable {
  readonly #port: string;
  readonly #ip: ChildProcess;

  /** @param port the host's name, which its port has */
  constructor(bridge: Host, port: string) {
    this.#port = port;
    this.#ip = bridge.start([...endsWithUs, "ip", "-batch", "-"], {
      stdio: ["pipe", "inherit", "inherit"],
    });
  }

  /** Pulls it or puts it back: done a moment later. */
  set(up: boolean): void {
    this.#ip.stdin?.write(`link set dev ${this.#port} ${up ? "up" : "down"}\n`);
  }

  dispose(): void {
    this.#ip.kill("SIGTERM");
  }
}
