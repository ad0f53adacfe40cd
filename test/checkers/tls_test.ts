import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Arena } from "./arena.ts";
import { Peer } from "./peer.ts";
import { find, Folder, nginx, selfSigned, Server } from "./servers.ts";

test("SSL_GET: names, certificates and protocols, beside nginx", async () => {
  using folder = new Folder();
  folder.write("page", "hello, world\n");
  const here = selfSigned(folder, "here.example");
  const there = selfSigned(folder, "there.example");
  await using server = await nginx(
    folder,
    "root FOLDER;\nssl_verify_client optional_no_ca;\n" +
      "location = /name {\nreturn 200 $ssl_server_name;\n}\n" +
      "location = /client {\nreturn 200 $ssl_client_s_dn;\n}\n",
    here,
  );
  await using arena = new Arena();
  const get = (checker: string, url: string, more = "") =>
    arena.failure(
      `SSL_GET {\nconnect_port ${server.port}\n${checker}\nurl {\n${url}\n}\n}`,
      more,
    );
  const page = "path /page\nregex ^hello";
  assert.equal(await get("", page), "");
  assert.equal(await get("http_protocol 1.1", page), "");
  assert.equal(await get("", "path /missing"), "status: status code 404");
  assert.equal(await get("", "path /name\nregex ^$"), "", "no name is asked for");
  assert.equal(await get("sni_name here.example", "path /name\nbody_contains here.example"), "");
  assert.equal(
    await get("enable_sni\nvirtualhost it.example", "path /name\nbody_contains it.example"),
    "",
  );
  const client = `SSL {\ncertificate ${there.certificate}\nkey ${there.key}\n}`;
  assert.equal(await get("", "path /client\nbody_contains there.example", client), "");
  assert.equal(await get("", "path /client\nregex ^$"), "");

  const trusting = `SSL {\nca ${here.certificate}\n}`;
  const verify = "verify_certificate\nsni_name";
  assert.equal(await get(`${verify} here.example`, page, trusting), "");
  assert.equal(await get("verify_certificate", page, trusting), "", "the address is in it too");
  assert.match(await get(`${verify} other.example`, page, trusting), /^certificate: /);
  assert.match(
    await get(`${verify} here.example`, page, `SSL {\nca ${there.certificate}\n}`),
    /^certificate: /,
  );
  assert.match(await get(`${verify} here.example`, page), /^certificate: /, "nobody has signed it");
});

test("SSL_GET: a key with a password", async () => {
  using folder = new Folder();
  const plain = selfSigned(folder, "me.example");
  const key = join(folder.path, "locked.key");
  const { status, stderr } = spawnSync(find("openssl", "openssl"), [
    ...["pkcs8", "-topk8", "-in", plain.key, "-out", key, "-passout", "pass:open sesame"],
  ], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  await using server = await nginx(
    folder,
    "ssl_verify_client optional_no_ca;\nlocation / {\nreturn 200 $ssl_client_s_dn;\n}\n",
    selfSigned(folder, "here.example"),
  );
  await using arena = new Arena();
  const block = `SSL_GET {\nconnect_port ${server.port}\nurl {\nbody_contains me.example\n}\n}`;
  const ssl = (password: string) =>
    `SSL {\ncertificate ${plain.certificate}\nkey ${key}\npassword "${password}"\n}`;
  assert.equal(await arena.failure(block, ssl("open sesame")), "");
  await assert.rejects(arena.failure(block, ssl("open barley")), /^Error: Cannot use .*locked.key/);
});

for (const version of ["tls1_2", "tls1_3"]) {
  test(`SSL_GET: openssl s_server with ${version} alone`, async () => {
    using folder = new Folder();
    const { certificate, key } = selfSigned(folder, "here.example");
    await using server = await Server.start(
      "openssl",
      (
        port,
      ) => [
        "s_server",
        "-accept",
        `127.0.0.1:${port}`,
        "-cert",
        certificate,
        "-key",
        key,
        "-www",
        `-${version}`,
      ],
      { packageName: "openssl" },
    );
    await using arena = new Arena();
    const block = `SSL_GET {\nconnect_port ${server.port}\nurl {\nregex "Ciphers supported"\n}\n}`;
    assert.equal(await arena.failure(block), "");
    const compliant = `SSL_GET {\nconnect_port ${server.port}\ntls_compliant\nurl {\n}\n}`;
    assert.equal(await arena.failure(compliant), "", "it says close_notify");
  });
}

/** A server that ends connections with close_notify, or without. */
const shuts = `
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    try:
        connection = context.wrap_socket(listener.accept()[0], server_side=True)
        path = connection.recv(4096).split()[1]
        connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
        if path == b"/notified":
            connection.unwrap()
        connection.close()
    except (OSError, IndexError):
        pass
`;

test("tls_compliant: an end without close_notify is none", async () => {
  using folder = new Folder();
  const { certificate, key } = selfSigned(folder, "here.example");
  const script = folder.write("shuts.py", shuts);
  await using server = await Server.start(
    "python3",
    (port) => [script, String(port), certificate, key],
    { packageName: "python3" },
  );
  await using arena = new Arena();
  const get = (checker: string, path: string) =>
    arena.failure(
      `SSL_GET {\nconnect_port ${server.port}\n${checker}\nurl {\npath ${path}\nregex ^hello$\n}\n}`,
    );
  assert.equal(await get("", "/notified"), "");
  assert.equal(await get("", "/cut"), "");
  assert.equal(await get("tls_compliant", "/notified"), "");
  assert.match(await get("tls_compliant", "/cut"), /^tls: /);
});

/** What a peer says to the first message of TLS, what it does then, and what that is to SSL_GET. */
const nasty: readonly (readonly [string, string, "close" | "reset" | "wait", RegExp])[] = [
  ["speaks no TLS", "HTTP/1.0 400 Bad Request\r\n\r\n", "wait", /^tls: TLS failed: /],
  ["says garbage", "\x00\xff\x00\xff\x00\xff\x00\xff", "wait", /^tls: TLS failed: /],
  ["refuses", "\x15\x03\x03\x00\x02\x02\x28", "close", /^tls: TLS failed: /],
  ["is silent", "", "wait", /^timeout: no connection within 300 ms$/],
  ["is silent after half a message", "\x16\x03\x03\x01\x00abc", "wait", /^timeout: /],
  ["ends the connection", "", "close", /^(closed|tls): /],
  ["breaks the connection off", "", "reset", /^reset: connection reset by the peer$/],
];

for (const [what, said, then, expected] of nasty) {
  test(`SSL_GET: a peer that ${what}`, async () => {
    await using arena = new Arena();
    using peer = new Peer(arena.reactor, (it, opened) => {
      if (opened || it.received === "" || it.isEnded) return;
      it.received = "";
      it.send(said);
      if (then !== "wait") arena.reactor.at(arena.reactor.nowUs() + 20_000, () => it[then]());
    });
    const block = `SSL_GET {\nconnect_port ${peer.port}\nconnect_timeout 0.3\nurl {\n}\n}`;
    assert.match(await arena.failure(block), expected);
  });
}
