import { int32 } from "./buffers.ts";
import { Descriptor, O_WRONLY } from "./descriptor.ts";
import { libc } from "./libc.ts";

const WDIOC_SETTIMEOUT = 0xc004_5706;

const fed = Uint8Array.of(0);
const disarmed = new TextEncoder().encode("V");

/**
 * A hardware watchdog (`/dev/watchdog`): resets the machine unless it is fed.
 *
 * It goes on when the process ends without disposing it. Needs CAP_SYS_ADMIN or a device that the user may open.
 */
export class WatchdogDevice {
  readonly #device: Descriptor;
  #armed = true;

  /**
   * Opens it, which arms it.
   *
   * @param timeoutS time without food after which the machine is reset; some devices have one of their own that stays
   */
  constructor(path: string, timeoutS: number) {
    this.#device = Descriptor.open(path, O_WRONLY);
    libc().calls.ioctl(this.#device.fd, WDIOC_SETTIMEOUT, int32(timeoutS));
  }

  feed(): void {
    this.#device.write(fed);
  }

  /** Disarms it, unless its driver was told that nothing may (`nowayout`). */
  [Symbol.dispose](): void {
    if (!this.#armed) return;
    this.#armed = false;
    this.#device.write(disarmed);
    this.#device[Symbol.dispose]();
  }
}
