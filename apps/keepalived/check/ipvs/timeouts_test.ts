import assert from "node:assert/strict";
import { test } from "node:test";
import { EPERM } from "@keepalived/linux";
import { type IpvsRequest, setTimeouts } from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import { ConnectionTimeouts } from "./timeouts.ts";

const second = 1_000_000;
const kernels = { tcpUs: 900 * second, tcpFinUs: 120 * second, udpUs: 300 * second };

function bench(errno?: number) {
  const asked: string[] = [];
  const said: string[] = [];
  const request = ({ name }: IpvsRequest): Promise<readonly Uint8Array[]> => {
    asked.push(name.replace("ipvsadm ", ""));
    if (errno !== undefined) return Promise.reject(new NetlinkError(name, { errno }));
    return Promise.resolve(name.endsWith("--timeout") ? [setTimeouts(kernels).body] : []);
  };
  const timeouts = new ConnectionTimeouts({ request }, (severity, text) => {
    said.push(`${severity}: ${text}`);
  });
  return { timeouts, asked, said };
}

test("nothing is asked as long as no timeouts are given", async () => {
  const { timeouts, asked } = bench();
  await timeouts.configure({});
  assert.deepEqual(asked, []);
});

test("what is given is set; the kernel gets the rest back, and all at the end", async () => {
  const { timeouts, asked } = bench();
  await timeouts.configure({ tcp: 901, udp: 301 });
  await timeouts.configure({ tcp: 901, udp: 301 });
  await timeouts.configure({ tcpFin: 121 });
  await timeouts.configure({});
  assert.deepEqual(asked, [
    "-L --timeout",
    "--set 901 120 301",
    "--set 900 121 300",
    "--set 900 120 300",
  ]);
});

test("a refusal is said", async () => {
  const { timeouts, said } = bench(EPERM);
  await timeouts.configure({ tcp: 901 });
  assert.deepEqual(said, [
    "error: IPVS: Cannot carry out ipvsadm -L --timeout: Operation not permitted (EPERM)",
  ]);
});
