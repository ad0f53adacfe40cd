import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../mod.ts";

const SERVER = "real_server 10.1.0.1 80 {\n}\n";

/** A virtual server with one method. */
function one(words: string) {
  const text = "virtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\n" +
    `lvs_method ${words}\n${SERVER}}\n`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const [server] = config?.virtualServers ?? [];
  return { server, said: diagnostics.map(({ message }) => message) };
}

/** `lvs_method`, and how packets get to the server. */
const methods: readonly (readonly [string, unknown])[] = [
  ["NAT", { method: "masquerade" }],
  ["DR", { method: "direct-route" }],
  ["DR type ipip", { method: "direct-route" }],
  ["TUN", { method: "tunnel", tunnel: { type: "ipip", checksum: "none" } }],
  ["TUN type gue nocsum port 5", {
    method: "tunnel",
    tunnel: { type: "gue", port: 5, checksum: "none" },
  }],
  ["TUN type gue port 5 remcsum", {
    method: "tunnel",
    tunnel: { type: "gue", port: 5, checksum: "remote-checksum" },
  }],
  ["TUN type gre csum", { method: "tunnel", tunnel: { type: "gre", checksum: "checksum" } }],
];

for (const [words, forwarding] of methods) {
  test(`lvs_method ${words}`, () => {
    const { server, said } = one(words);
    assert.deepEqual(server?.forwarding, forwarding);
    assert.deepEqual(said, []);
  });
}

const wrong: readonly (readonly [string, string])[] = [
  ["TUN type", "Missing tunnel type for virtual server."],
  ["TUN type foo", "Unknown tunnel type foo for virtual server."],
  ["TUN type gue", "gue tunnels require port, otherwise cannot have port."],
  ["TUN type gre port 5", "gue tunnels require port, otherwise cannot have port."],
  ["TUN type gue port", "Missing port for virtual server gue tunnel."],
  [
    "TUN type gue port 0",
    "Invalid gue tunnel port 0 for virtual server. number '0' outside range [1, 65535]",
  ],
  ["TUN csum", "ipip tunnels do not support checksum option."],
  ["TUN type gre remcsum", "gre tunnels do not support remote checksum option."],
  ["NAT foo", "Invalid tunnel option foo for virtual server."],
];

for (const [words, message] of wrong) {
  test(`lvs_method ${words} is refused`, () => {
    const { server, said } = one(words);
    assert.deepEqual(server?.forwarding, { method: "masquerade" });
    assert.deepEqual(said, [message]);
  });
}
