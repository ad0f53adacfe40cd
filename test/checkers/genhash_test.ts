/** genhash beside that of the C daemon. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { find, Folder, nginx, selfSigned, Server } from "./servers.ts";

const folderOfPrograms = fileURLToPath(new URL("../../bin", import.meta.url));

/** What a program prints, without what differs from run to run. */
function run(program: string, words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, words, {
    encoding: "utf8",
    argv0: "genhash",
  });
  return { status, stdout: stdout.replace(/= [0-9]+ usecs/, "= usecs"), stderr };
}

test("genhash prints what the one of the C daemon prints", async () => {
  using folder = new Folder();
  folder.write("page", "hello, world\n\x00\x01\x7f\u00ff");
  folder.write("large", new Uint8Array(500_000).map((_, i) => i * 7));
  const lines = "root FOLDER;\nlocation = /vhost {\nreturn 200 $http_host;\n}\n" +
    "location = /empty {\nreturn 204;\n}\n";
  await using plain = await nginx(folder, lines);
  await using tls = await nginx(folder, lines, selfSigned(folder, "here.example"));
  await using simple = await Server.start(
    "python3",
    (port) => ["-c", script, String(port)],
    { packageName: "python3" },
  );
  const rows: readonly (readonly [number, string])[] = [
    [plain.port, "-u /page"],
    [simple.port, "-u /page -v"],
    [simple.port, "-u /page -P 1.0c --verbose"],
    [plain.port, "-u /large"],
    [plain.port, "-u /vhost"],
    [plain.port, "-u /vhost -V here.example"],
    [plain.port, "-u /vhost --use-virtualhost=here.example -P 1.0c"],
    [plain.port, "-u /missing"],
    [plain.port, "-u /empty"],
    [simple.port, "-u /empty -v"],
    [tls.port, "-S -u /page"],
    [tls.port, "-SI -V here.example -u /vhost"],
    [tls.port, "-u /page"],
    [simple.port, "-u / -P 1.1"],
    [1, "-u /"],
    [1, "-u / -v"],
  ];
  const theirs = find("genhash", "keepalived");
  for (const [port, words] of rows) {
    const all = ["-s", "127.0.0.1", "-p", String(port), ...words.split(" ")];
    const expected = run(theirs, all);
    assert.deepEqual(run(`${folderOfPrograms}/genhash`, all), expected, words);
    assert.notEqual(expected.stdout, "");
  }
  const all = ["-s", "127.0.0.1", "-p", String(plain.port), "-u", "/page"];
  for (const option of ["--genhash", "-T"]) {
    const ours = run(`${folderOfPrograms}/keepalived`, [option, ...all]);
    assert.deepEqual(ours, run(theirs, all));
  }
});

/** Answers without a date, and closes. */
const script = `
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection = listener.accept()[0]
    request = connection.recv(4096)
    if b" /page " in request:
        connection.sendall(b"HTTP/1.0 200 OK\\r\\nA: b\\r\\n\\r\\n" + bytes(range(200)))
    elif b" /empty " in request:
        connection.sendall(b"HTTP/1.0 200 OK\\r\\nA: b\\r\\n\\r\\n")
    elif request:
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n")
    connection.close()
`;

test("genhash: wrong words are refused as by the one of the C daemon", () => {
  const theirs = find("genhash", "keepalived");
  for (
    const words of [
      "",
      "-h",
      "-s localhost -p 1 -u /",
      "-s 1.2.3.4 -p x -u /",
      "-s 1.2.3.4 -p 1 -u / x",
    ]
  ) {
    const list = words === "" ? [] : words.split(" ");
    const ours = run(`${folderOfPrograms}/genhash`, list);
    const expected = run(theirs, list);
    assert.deepEqual([ours.status, ours.stdout], [expected.status, expected.stdout], words);
    const first = (text: string) => text.split("\n")[0];
    assert.equal(first(ours.stderr), first(expected.stderr), words);
  }
});
