import { Writer } from "@keepalived/bytes";
import type { IpFamily } from "@keepalived/ip-address";
import {
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import { AF_UNSPEC, numberOfFamily } from "./family.ts";
import { describeRule, encodeRule, type Rule } from "./rule.ts";

/** Type of messages that add or describe a rule. */
export const RTM_NEWRULE = 32;
/** Type of messages that remove a rule. */
export const RTM_DELRULE = 33;
/** Type of messages that ask for rules. */
export const RTM_GETRULE = 34;

/** `ip rule add`: refused with EEXIST if the very same is there. */
export function addRule(rule: Rule): NetlinkRequest {
  return {
    name: `ip -${rule.family} rule add ${describeRule(rule)}`,
    type: RTM_NEWRULE,
    flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body: encodeRule(rule),
  };
}

/** `ip rule delete`: the first that has all that is given; refused with ENOENT if there is none. */
export function deleteRule(rule: Rule): NetlinkRequest {
  return {
    name: `ip -${rule.family} rule delete ${describeRule(rule)}`,
    type: RTM_DELRULE,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeRule(rule),
  };
}

/** `ip rule show`: every rule of both families, or of one. */
export function listRules(family?: IpFamily): NetlinkRequest {
  return {
    name: family === undefined ? "ip rule show" : `ip -${family} rule show`,
    type: RTM_GETRULE,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    body: new Writer(12).u8(family === undefined ? AF_UNSPEC : numberOfFamily(family)).zeros(11)
      .finish(),
  };
}
