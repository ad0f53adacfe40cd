import assert from "node:assert/strict";
import { test } from "node:test";
import { openPipe } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { LineReader } from "./control.ts";
import { LineWriter } from "./line_writer.ts";

test("LineWriter: lines longer than the pipe arrive whole and in order", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  using lines = new LineWriter(reactor, writer);
  const sent = ["first", "x".repeat(1_000_000), "y".repeat(200_000), "last"];
  for (const line of sent) lines.write(line);
  const got: string[] = [];
  const reading = new LineReader((line) => {
    got.push(line);
    if (line === "last") reactor.stop();
  });
  const bytes = new Uint8Array(65_536);
  using _watch = reactor.watch(reader.fd, "read", () => {
    reading.push(bytes.slice(0, reader.read(bytes)));
  });
  await reactor.run();
  assert.deepEqual(got, sent);
});

test("LineWriter: a reader that has gone is no error", () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _writer = writer;
  reader[Symbol.dispose]();
  using lines = new LineWriter(reactor, writer);
  lines.write("nobody reads this");
});
