import assert from "node:assert/strict";
import { encodeRequest, splitMessages } from "@keepalived/netlink-codec";
import {
  addAddress,
  addRoute,
  addRule,
  decodeAddress,
  decodeLink,
  decodeNotification,
  decodeRoute,
  decodeRule,
  describeAddress,
  describeLink,
  describeRoute,
  describeRule,
  encodeAddress,
  encodeLink,
  encodeRoute,
  encodeRule,
} from "@keepalived/netlink-route";
import type { Target } from "../engine/target.ts";
import { hexIn, join, obeyCodec, split } from "./support.ts";

/** Types of messages, RTM_*, that the first byte chooses. */
const types = [16, 17, 20, 21, 24, 25, 32, 33, 28];

/** What the kernel tells of links, addresses, routes and rules. */
export const target: Target = {
  name: "netlink-route",
  about: "links, addresses, routes and rules as the kernel tells of them",
  laws: ["codec", "a text describes each", "what came can be asked for"],
  isText: false,
  mostBytes: 800,
  seeds: () =>
    ["kernel.json", "routes.json", "requests.json", "route_requests.json"]
      .flatMap((name) =>
        hexIn(new URL(`../../../packages/netlink-route/testdata/${name}`, import.meta.url))
      )
      .flatMap((datagram) => {
        const split = splitMessages(datagram);
        return split.ok ? split.value : [];
      })
      .flatMap(({ type, body }) => types.includes(type) ? [join(types.indexOf(type), body)] : [])
      .filter(({ length }) => length <= 600),
  check: (input) => {
    const { choice, bytes } = split(input);
    const type = types[choice % types.length] ?? 0;
    const header = { type, flags: 0, sequence: 1, portId: 2 };
    const told = obeyCodec(bytes, (body) => decodeNotification({ ...header, body }));
    switch (told?.kind) {
      case "link-changed":
      case "link-removed":
        obeyCodec(bytes, decodeLink, encodeLink);
        assert.notEqual(describeLink(told.link), "");
        return;
      case "address-added":
      case "address-removed":
        obeyCodec(bytes, decodeAddress, encodeAddress);
        assert.notEqual(describeAddress(told.address), "");
        encodeRequest(addAddress(told.address), 1);
        return;
      case "route-added":
      case "route-removed":
        obeyCodec(bytes, decodeRoute, encodeRoute);
        assert.notEqual(describeRoute(told.route), "");
        encodeRequest(addRoute(told.route), 1);
        return;
      case "rule-added":
      case "rule-removed":
        obeyCodec(bytes, decodeRule, encodeRule);
        assert.notEqual(describeRule(told.rule), "");
        encodeRequest(addRule(told.rule), 1);
        return;
    }
  },
};
