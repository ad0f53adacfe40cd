import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import { AF_UNIX, SOCK_STREAM, Socket as LinuxSocket } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { ControlError, Json } from "./protocol.ts";
import { ControlServer, type ControlServerOptions } from "./server.ts";

test("a request is answered with its id, several in order, and what is no request with an error", async () => {
  await using desk = new Desk();
  const ask = desk.client();
  assert.deepEqual(await ask({ id: 7, method: "echo", params: { a: [1] } }), {
    id: 7,
    result: { a: [1] },
  });
  assert.deepEqual(await ask({ id: "x", method: "raw" }), { id: "x", result: { raw: true } });
  assert.deepEqual(await ask({ method: "nothing" }), { id: null, result: null });
  const { socket, lines } = desk.connect();
  socket.write(`{"id":1,"method":"slow"}\n{"id":2,"method":"echo"}\n`);
  assert.deepEqual([await lines(), await lines()], [
    { id: 1, result: "slow" },
    { id: 2, result: {} },
  ]);
  const codes = [
    ["no json", "bad-request"],
    ["[]", "bad-request"],
    ["{}", "bad-request"],
    [`{"id":{},"method":"echo"}`, "bad-request"],
    [`{"id":1e999,"method":"echo"}`, "bad-request"],
    [`{"method":"echo","params":[]}`, "bad-request"],
    [`{"method":"refused"}`, "not-found"],
    [`{"method":"defect"}`, "failed"],
    ["", "bad-request"],
  ];
  for (const [line = "", code] of codes) {
    socket.write(`${line}\n`);
    assert.equal((await lines()).error.code, code, line);
  }
  assert.deepEqual(desk.said.length, 1, desk.said.join("\n"));
});

test("a client that stops sending still gets its answers, also if they are long", async () => {
  await using desk = new Desk();
  const { socket, lines } = desk.connect();
  socket.end(`{"id":1,"method":"long"}\n{"id":2,"method":"slow"}\n`);
  assert.equal((await lines()).result.length, 3_000_000);
  assert.deepEqual(await lines(), { id: 2, result: "slow" });
  await closed(socket);
});

test("a line that is too long ends the connection", async () => {
  await using desk = new Desk();
  const { socket, lines } = desk.connect();
  socket.write("x".repeat(100_000));
  assert.equal((await lines()).error.code, "bad-request");
  await closed(socket);
});

test("a client that says nothing, one that drips, and one that reads nothing are dropped", async () => {
  await using desk = new Desk({ patienceUs: 200_000 });
  const silent = desk.connect().socket;
  const dripping = desk.connect().socket;
  const drip = setInterval(() => dripping.write(" "), 20);
  const deaf = connect(desk.path);
  deaf.pause();
  deaf.write(`{"id":1,"method":"long"}\n`);
  await Promise.all([silent, dripping].map((socket) => closed(socket)));
  clearInterval(drip);
  await new Promise((resolve) => setTimeout(resolve, 300));
  // Of the three megabytes it gets what the kernel held.
  let length = 0;
  deaf.on("data", (bytes) => length += bytes.length);
  deaf.resume();
  await closed(deaf);
  assert.ok(length > 0 && length < 3_000_000, `${length}`);
});

test("a thousand clients: those that find no place are told, and the others are served", async () => {
  await using desk = new Desk();
  const clients = Array.from({ length: 1000 }, () => desk.connect());
  const answers = await Promise.all(clients.map(async ({ socket, lines }) => {
    socket.write(`{"id":1,"method":"slow"}\n`);
    const answer = await lines().catch(() => ({ result: "gone" }));
    return answer.result ?? answer.error.code;
  }));
  const count = (kind: string) => answers.filter((answer) => answer === kind).length;
  assert.ok(count("slow") >= 32, `${count("slow")} served`);
  // A client that writes to a connection which is closed already may not read what it was told.
  assert.equal(count("slow") + count("busy") + count("gone"), 1000);
  for (const { socket } of clients) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(await desk.client()({ id: 2, method: "echo" }), { id: 2, result: {} });
});

test("whatever bytes come in whatever portions, the next client is served", async () => {
  await using desk = new Desk();
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => new TextEncoder().encode(`${text}\n`)),
    fc.constantFrom("\n", `{"id":1,"method":"echo"}\n`, "[".repeat(5000), "\0", `{"id":`)
      .map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.boolean(), async (pieces, rude) => {
      const { socket } = desk.connect();
      for (const bytes of pieces) socket.write(bytes);
      if (rude) socket.destroy();
      else socket.end();
      if (!rude) await closed(socket);
      const next = desk.connect();
      next.socket.write(`{"id":3,"method":"echo"}\n`);
      assert.deepEqual(await next.lines(), { id: 3, result: {} });
      next.socket.destroy();
    }),
    { numRuns: 100, seed: 6 },
  );
  assert.deepEqual(desk.said, []);
});

test("only the owner may connect, or with a group its members too", async () => {
  {
    await using desk = new Desk();
    assert.equal(statSync(desk.path).mode & 0o777, 0o600);
    chmodSync(desk.folder, 0o755);
    assert.match(await asNobody(desk.path, []), /EACCES/);
    chmodSync(desk.path, 0o666);
    // Whoever gets past the permissions is refused by who they are.
    assert.match(await asNobody(desk.path, []), /forbidden/);
    assert.match(await asNobody(desk.path, ["5"]), /forbidden/);
  }
  await using desk = new Desk({ groupId: 5 });
  const { mode, gid } = statSync(desk.path);
  assert.deepEqual([mode & 0o777, gid], [0o660, 5]);
  chmodSync(desk.folder, 0o755);
  assert.match(await asNobody(desk.path, []), /EACCES/);
  assert.match(await asNobody(desk.path, ["5"]), /"result":\{\}/);
});

test("a socket that nobody listens to is replaced, one in use or another file is not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-control-"));
  const path = join(folder, "sub", "control.sock");
  {
    await using first = new Desk({ path });
    assert.throws(() => new Desk({ path }), /another process does/);
    assert.deepEqual(await first.client()({ id: 1, method: "echo" }), { id: 1, result: {} });
  }
  assert.equal(existsSync(path), false);
  {
    using stale = LinuxSocket.open(AF_UNIX, SOCK_STREAM, 0);
    stale.bind({ family: "unix", path });
  }
  {
    await using second = new Desk({ path });
    assert.deepEqual(await second.client()({ id: 1, method: "echo" }), { id: 1, result: {} });
    rmSync(path);
    writeFileSync(path, "");
  }
  assert.ok(existsSync(path), "the file of somebody else is gone");
  assert.throws(() => new Desk({ path }), /it is something else/);
  rmSync(path);
  symlinkSync("/etc/passwd", path);
  assert.throws(() => new Desk({ path }), /it is something else/);
  rmSync(folder, { recursive: true });
});

/** Done when a connection is closed, however that came. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once("close", () => resolve());
  });
}

/** What nobody, in some groups, gets for a request; or the error of connecting. */
async function asNobody(path: string, groups: readonly string[]): Promise<string> {
  // A program that nobody may run, wherever the runtime of this test is.
  const script =
    "$SIG{PIPE} = 'IGNORE'; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or print($!{EACCES} ? 'EACCES' : $!) and exit;" +
    `print $s '{"id":1,"method":"echo"}', "\\n"; $s->flush; print scalar <$s>;`;
  const rest = groups.length === 0 ? "--clear-groups" : `--groups=${groups}`;
  const words = ["--reuid=65534", "--regid=65534", rest];
  const program = ["/usr/bin/perl", "-MIO::Socket::UNIX", "-MErrno", "-e", script, path];
  return (await promisify(execFile)("setpriv", [...words, ...program])).stdout;
}

/** A server on its own loop, with a folder. */
class Desk {
  readonly folder: string = mkdtempSync(join(tmpdir(), "keepalived-control-"));
  readonly path: string;
  readonly said: string[] = [];
  readonly #reactor = new Reactor();
  readonly #server: ControlServer;
  readonly #loop: Promise<void>;
  readonly #sockets: Socket[] = [];

  constructor(options: Partial<ControlServerOptions> = {}) {
    this.path = options.path ?? join(this.folder, "control.sock");
    this.#server = new ControlServer({
      reactor: this.#reactor,
      log: (_, text) => void this.said.push(text),
      serve,
      ...options,
      path: this.path,
    });
    this.#loop = this.#reactor.run();
  }

  connect() {
    const socket = connect(this.path);
    this.#sockets.push(socket);
    // The other end may go first.
    socket.on("error", () => {});
    const reader = createInterface({ input: socket })[Symbol.asyncIterator]();
    const lines = async () => {
      const { value, done } = await reader.next();
      if (done === true) throw new Error("The connection has ended");
      return JSON.parse(value);
    };
    return { socket, lines };
  }

  client() {
    const { socket, lines } = this.connect();
    return async (request: unknown) => {
      socket.write(`${JSON.stringify(request)}\n`);
      return await lines();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server[Symbol.dispose]();
    this.#reactor.stop();
    await this.#loop;
    this.#reactor[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }
}

async function serve(method: string, params: unknown): Promise<unknown> {
  switch (method) {
    case "echo":
      return params;
    case "raw":
      return new Json('{"raw":true}');
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, 20));
      return "slow";
    case "long":
      return "x".repeat(3_000_000);
    case "refused":
      throw new ControlError("not-found", "There is none");
    case "defect":
      throw new TypeError("A defect");
    default:
      return undefined;
  }
}
