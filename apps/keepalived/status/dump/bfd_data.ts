import type { BfdInstanceConfig, Config } from "@keepalived/keepalived-config";
import type { BfdEndSnapshot, BfdSessionSnapshot, BfdSnapshot } from "../snapshot/bfd_snapshot.ts";
import { globalData } from "./global_data.ts";
import { head, pointOfTime, type WhoRuns } from "./words.ts";

/** What the dump of the BFD process is made of. */
export type BfdDump = {
  readonly config: Config;
  readonly bfd: BfdSnapshot;
  readonly who: WhoRuns;
};

/** The text of `keepalived_bfd.data`. */
export function bfdData({ config, bfd, who }: BfdDump): string {
  const known = new Map(bfd.sessions.map((it) => [it.name, it]));
  return [
    ...globalData(config.global, who),
    head("BFD Data"),
    ...Object.entries(bfd.discarded).map(([fault, count]) => ` Discarded ${fault} = ${count}`),
    head("BFD Topology"),
    ...config.bfdInstances.flatMap((it) => sessionData(it, known.get(it.name))),
    "",
  ].join("\n");
}

/** An end that was not heard. */
const nobody: BfdEndSnapshot = {
  state: "Down",
  discriminator: 0,
  diagnostic: "No Diagnostic",
  desiredMinTxS: 0,
  requiredMinRxS: 0,
  detectMult: 0,
  intervalS: 0,
  detectionTimeS: 0,
};

function sessionData(
  config: BfdInstanceConfig,
  now: BfdSessionSnapshot | undefined,
): readonly string[] {
  const { sourceAddress, notifies } = config;
  const local = now?.local ?? nobody;
  const remote = now?.remote ?? { ...nobody, demand: false };
  return [
    ` BFD Instance = ${config.name}`,
    ...[
      `Neighbor IP = ${config.neighborAddress}`,
      ...(sourceAddress === undefined ? [] : [`Source IP = ${sourceAddress}`]),
      `Required min RX interval = ${config.requiredMinRxIntervalUs} us`,
      `Desired min TX interval = ${config.desiredMinTxIntervalUs} us`,
      `Desired idle TX interval = ${config.idleTxIntervalUs} us`,
      `Detection multiplier = ${config.detectMult}`,
      `${config.neighborAddress.includes(":") ? "hoplimit" : "TTL"} = ${config.hopLimit}`,
      `max_hops = ${config.maxHops}`,
      `passive = ${config.passive}`,
      ...(config.multihop ? ["multihop = true"] : []),
      `send event to VRRP process = ${notifies.vrrp ? "Yes" : "No"}`,
      `send event to checker process = ${notifies.checker ? "Yes" : "No"}`,
      `send error = ${now?.problem ?? false}`,
      `local state = ${local.state}`,
      `remote state = ${remote.state}`,
      `local discriminator = ${hex(local.discriminator)}`,
      `remote discriminator = ${hex(remote.discriminator)}`,
      `local diag = ${local.diagnostic}`,
      `remote diag = ${remote.diagnostic}`,
      `remote min tx intv = ${us(remote.desiredMinTxS)} us`,
      `remote min rx intv = ${us(remote.requiredMinRxS)} us`,
      "local demand = 0",
      `remote demand = ${remote.demand ? 1 : 0}`,
      `remote detect multiplier = ${remote.detectMult}`,
      `${now?.polling === true ? "" : "!"}poll, !final`,
      `local tx intv = ${us(local.intervalS)} us`,
      `remote tx intv = ${us(remote.intervalS)} us`,
      `local detection time = ${us(local.detectionTimeS)} us`,
      `remote detection time = ${us(remote.detectionTimeS)} us`,
      now?.heardAt === undefined
        ? "last_seen = [never]"
        : `last seen = ${pointOfTime(now.heardAt)}`,
    ].map((line) => `   ${line}`),
  ];
}

function hex(discriminator: number): string {
  return `0x${discriminator.toString(16)}`;
}

function us(seconds: number): number {
  return Math.round(seconds * 1_000_000);
}
