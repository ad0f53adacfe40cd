import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPlatform } from "./check_platform.ts";
import { nowUs } from "./clock.ts";
import { openPipe } from "./descriptor.ts";
import { Epoll, EPOLLHUP, EPOLLIN, EPOLLOUT } from "./epoll.ts";
import { EventCounter } from "./event_counter.ts";
import { Timer } from "./timer.ts";

test("epoll reports each ready descriptor with its token and events", () => {
  using epoll = new Epoll();
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  epoll.add(reader.fd, EPOLLIN, 0xffff_fffe);
  epoll.add(writer.fd, EPOLLOUT, 2);
  assert.deepEqual(ready(epoll), [[2, EPOLLOUT]]);
  writer.write(Uint8Array.of(1));
  epoll.change(writer.fd, 0, 2);
  assert.deepEqual(ready(epoll), [[0xffff_fffe, EPOLLIN]]);
  epoll.remove(writer.fd);
  reader.read(new Uint8Array(1));
  writer[Symbol.dispose]();
  assert.deepEqual(ready(epoll), [[0xffff_fffe, EPOLLHUP]]);
});

test("epoll reports no more than its limit at once, and the rest next time", () => {
  using epoll = new Epoll(2);
  const events = [1, 2, 3].map((token) => {
    const event = new EventCounter();
    epoll.add(event.fd, EPOLLIN, token);
    event.signal();
    return event;
  });
  assert.equal(epoll.wait(() => {}), 2);
  const seen = new Set<number>();
  for (let i = 0; i < 3; i++) epoll.wait((token) => void seen.add(token));
  assert.deepEqual(seen, new Set([1, 2, 3]));
  for (const event of events) event[Symbol.dispose]();
});

test("an event counter is ready from signal() to clear()", () => {
  using event = new EventCounter();
  assert.equal(event.clear(), false);
  event.signal();
  event.signal();
  assert.equal(event.clear(), true);
  assert.equal(event.clear(), false);
});

test("a timer fires at its time of the same clock, never before", () => {
  using epoll = new Epoll();
  using timer = new Timer();
  epoll.add(timer.fd, EPOLLIN, 1);
  for (let i = 0; i < 20; i++) {
    const atUs = nowUs() + 1 + 137 * i;
    timer.setAt(atUs);
    assert.equal(epoll.wait(() => {}, 1000), 1);
    assert.ok(nowUs() >= atUs);
    assert.equal(timer.clear(), true);
    assert.equal(timer.clear(), false);
  }
});

test("a timer whose time is past fires at once; undefined disarms it", () => {
  using epoll = new Epoll();
  using timer = new Timer();
  epoll.add(timer.fd, EPOLLIN, 1);
  timer.setAt(0);
  assert.equal(epoll.wait(() => {}, 1000), 1);
  timer.setAt(undefined);
  assert.equal(epoll.wait(() => {}, 20), 0);
});

test("nowUs() counts whole microseconds and does not go back", () => {
  let last = nowUs();
  for (let i = 0; i < 10_000; i++) {
    const now = nowUs();
    assert.ok(Number.isSafeInteger(now) && now >= last);
    last = now;
  }
  const uptimeUs = Math.floor(process.uptime() * 1e6);
  assert.ok(last >= uptimeUs);
});

test("checkPlatform() accepts this machine", () => {
  checkPlatform();
});

function ready(epoll: Epoll): [number, number][] {
  const seen: [number, number][] = [];
  epoll.wait((token, events) => void seen.push([token, events]));
  return seen;
}
