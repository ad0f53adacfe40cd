import assert from "node:assert/strict";
import type { Decoded } from "@keepalived/bytes";
import {
  addDestination,
  addService,
  decodeDaemon,
  decodeDestination,
  decodeInformation,
  decodeService,
  decodeTimeouts,
  describeDestination,
  describeService,
  sameDestination,
  sameService,
  type ServiceKey,
  setTimeouts,
  startDaemon,
} from "@keepalived/netlink-ipvs";
import { dataOf, readVectors } from "../../../packages/netlink-ipvs/testing/vectors.ts";
import type { Target } from "../engine/target.ts";
import { join, obeyCodec, split } from "./support.ts";

const key: ServiceKey = { fwmark: 1, family: 6 };

/** Bodies of messages, and the same of the body of a request that asks for it. */
export const target: Target = {
  name: "netlink-ipvs",
  about: "services, destinations, sync daemons, timeouts and counters of IPVS",
  laws: ["codec", "what came can be asked for, and is the same", "a text describes it"],
  isText: false,
  mostBytes: 500,
  seeds: () =>
    readVectors().flatMap(({ exchanges }) =>
      exchanges.flatMap(({ sent, received }) => [sent.body, ...dataOf(received)])
    ).flatMap((body) => [0, 1, 2, 3, 4].map((kind) => join(kind, body))),
  check: (input) => {
    const { choice, bytes } = split(input);
    switch (choice % 5) {
      case 0: {
        const service = obeyCodec(
          bytes,
          (it) => part(decodeService(it), ({ service }) => service),
          (it) => addService(it).body,
        );
        if (service === undefined) return;
        assert.notEqual(describeService(service), "");
        assert.ok(sameService(service, service));
        return;
      }
      case 1: {
        const destination = obeyCodec(
          bytes,
          (it) => part(decodeDestination(it, key), ({ destination }) => destination),
          (it) => addDestination(key, it).body,
        );
        if (destination === undefined) return;
        assert.notEqual(describeDestination(destination), "");
        assert.ok(sameDestination(destination, destination));
        return;
      }
      case 2:
        obeyCodec(bytes, decodeDaemon, (it) => startDaemon(it).body);
        return;
      case 3:
        obeyCodec(bytes, decodeTimeouts, (it) => setTimeouts(it).body);
        return;
      default:
        obeyCodec(bytes, decodeInformation);
        // With what else comes: counters.
        obeyCodec(bytes, decodeService);
        obeyCodec(bytes, (it) => decodeDestination(it, key));
    }
  },
};

function part<From, To>(
  decoded: Decoded<From, string>,
  pick: (value: From) => To,
): Decoded<To, string> {
  return decoded.ok ? { ok: true, value: pick(decoded.value) } : decoded;
}
