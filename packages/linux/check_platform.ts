import { nowUs } from "./clock.ts";
import { Epoll, EPOLLOUT } from "./epoll.ts";
import { EventCounter } from "./event_counter.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { AF_UNIX } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import { SO_TYPE, SOCK_DGRAM, SOL_SOCKET } from "./socket_options.ts";
import { Timer } from "./timer.ts";

/**
 * Sees that the kernel reads and writes structures where we do, before anything depends on it.
 *
 * The layouts here are those of 64-bit little-endian Linux. Takes some ten microseconds.
 *
 * @throws Error on another machine
 */
export function checkPlatform(): void {
  require(process.platform === "linux", "needs Linux");
  require(["x64", "arm64"].includes(process.arch), `x86-64 or arm64 needed, not ${process.arch}`);
  require(new Uint8Array(Uint32Array.of(1).buffer)[0] === 1, "a little-endian machine needed");

  using epoll = new Epoll();
  using event = new EventCounter();
  const token = 0xfedc_ba98;
  epoll.add(event.fd, EPOLLOUT, token);
  let reported: number | undefined;
  epoll.wait((value) => void (reported = value));
  require(reported === token, "struct epoll_event has another layout");

  const [a, b] = Socket.pair(AF_UNIX, SOCK_DGRAM);
  using _a = a;
  using _b = b;
  require(a.getIntOption(SOL_SOCKET, SO_TYPE) === SOCK_DGRAM, "integers of options differ");
  a.send(Uint8Array.of(1, 2, 3));
  const { data, truncated } = b.receive(new ReceiveBuffer(2)) ?? { data: [], truncated: false };
  require(data.length === 3 - 1 && truncated, "struct msghdr has another layout");

  using timer = new Timer();
  timer.setAt(nowUs() + 3_600_000_000);
  require(!timer.clear(), "struct itimerspec has another layout");
  timer.setAt(1);
  // It expires by an interrupt, which on a slow machine comes a moment later.
  const limitUs = nowUs() + 1_000_000;
  let isExpired = timer.clear();
  while (!isExpired && nowUs() < limitUs) isExpired = timer.clear();
  require(isExpired, "struct itimerspec has another layout");
}

function require(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(`Cannot run on this machine: ${problem}`);
}
