import type { Command, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { stateNumbers } from "../../names.ts";
import type { VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { addressLines, type InstancePair } from "./instance_data.ts";
import { routeWords } from "./route_words.ts";
import { ruleWords } from "./rule_words.ts";
import { statisticsOf } from "./statistics.ts";
import { instancePairs, type VrrpDump } from "./topology_data.ts";
import { commandWords } from "./words.ts";

type Dump = Omit<VrrpDump, "who">;

/**
 * The text of `keepalived.json` as the C daemon writes it, field by field: version 1 is a list of instances, version 2
 * has the tracked processes beside it.
 */
export function vrrpJson(version: 1 | 2, dump: Dump): string {
  const instances = instancePairs(dump).map((pair) => elementOf(pair, dump));
  if (version === 1) return JSON.stringify(instances);
  return JSON.stringify({ vrrp: instances, track_process: processesOf(dump) });
}

function elementOf(pair: InstancePair, { config: { scripts }, vrrp }: Dump): unknown {
  const { config, now } = pair;
  const { announcement, notify } = config;
  const s = (us: number) => us / 1_000_000;
  const state = stateNumbers[now.state];
  return {
    data: {
      iname: config.name,
      dont_track_primary: Number(!config.trackPrimary),
      skip_check_adv_addr: Number(config.skipAddressCheck),
      strict_mode: Number(config.strict),
      vmac_ifname: config.vmac === undefined ? "" : now.device ?? "",
      ifp_ifname: now.device ?? now.interface ?? "",
      master_priority: now.master?.priority ?? 0,
      last_transition: now.changedAt,
      garp_delay: s(announcement.delayUs),
      garp_refresh: s(announcement.refreshUs),
      garp_rep: announcement.repeat,
      garp_refresh_rep: announcement.refreshRepeat,
      garp_lower_prio_delay: s(announcement.lowerPriorityDelayUs),
      garp_lower_prio_rep: announcement.lowerPriorityRepeat,
      lower_prio_no_advert: Number(config.lowerPriorityNoAdvert),
      higher_prio_send_advert: Number(config.higherPrioritySendAdvert),
      vrid: config.virtualRouterId,
      base_priority: now.priority.base,
      effective_priority: now.priority.effective,
      vipset: now.state === "MASTER",
      promote_secondaries: config.promoteSecondaries,
      adver_int: now.advertisementIntervalS,
      master_adver_int: now.master?.advertisementIntervalS ?? now.advertisementIntervalS,
      accept: Number(config.accept),
      nopreempt: !config.preempt,
      preempt_delay: Math.floor(s(config.preemptDelayUs)),
      state,
      wantstate: now.waitsForGroup ? stateNumbers.MASTER : state,
      version: config.version,
      smtp_alert: config.smtpAlert,
      notify_deleted: config.notifyDeleted,
      ...commandField("script_backup", notify.backup),
      ...commandField("script_master", notify.active),
      ...commandField("script_fault", notify.fault),
      ...commandField("script_stop", notify.stop),
      ...commandField("script_deleted", notify.deleted),
      ...commandField("script", notify.any),
      ...commandField("script_master_rx_lower_pri", notify.lowerPriorityReceived),
      ...heldFields(pair, vrrp),
      ...listField("track_ifp", config.tracking.interfaces.map(({ name }) => name)),
      ...listField(
        "track_script",
        config.tracking.scripts.map(({ name }) => {
          const check = scripts.find((it) => it.name === name)?.check;
          return check?.kind === "command" ? commandWords(check.argv) : `'</${check?.path ?? ""}'`;
        }),
      ),
      ...listField("track_process", config.tracking.processes.map(({ name }) => name)),
      ...authenticationFields(config),
    },
    stats: statisticsOf(now.counters),
  };
}

function heldFields(pair: InstancePair, vrrp: VrrpSnapshot): object {
  const { addresses, routes, rules } = pair.config;
  const lines = addressLines(pair, vrrp);
  return {
    ...listField("vips", lines.slice(0, addresses.length)),
    ...listField("evips", lines.slice(addresses.length)),
    ...listField("vroutes", routes.map(routeWords)),
    ...listField("vrules", rules.map(ruleWords)),
  };
}

/** Lists are there only if they are not empty. */
function listField(name: string, values: readonly string[]): object {
  return values.length === 0 ? {} : { [name]: values };
}

function commandField(name: string, command: Command | undefined): object {
  return command === undefined ? {} : { [name]: commandWords(command.argv) };
}

function authenticationFields({ version, authentication }: VrrpInstanceConfig): object {
  const type = { none: 0, pass: 1, ah: 2 }[version === 2 ? authentication.kind : "none"];
  return { auth_type: type, ...(type === 0 ? {} : { auth_data: "********" }) };
}

function processesOf({ config, vrrp }: Dump): readonly unknown[] {
  return config.trackProcesses.map((it) => {
    const now = vrrp.trackers.find(({ kind, name }) => kind === "process" && name === it.name);
    const process = now?.kind === "process" ? now : undefined;
    const isGood = process?.verdict === "good";
    const waits = process?.changesAt !== undefined;
    return {
      process: it.command,
      ...(it.parameters.length === 0 ? {} : { parameters: it.parameters.join(" ") }),
      param_match: it.match,
      min_processes: it.quorum,
      ...(it.quorumMax === undefined ? {} : { max_processes: it.quorumMax }),
      current_processes: process?.count ?? 0,
      have_quorum: isGood,
      weight: it.weight,
      terminate_delay: it.terminateDelayUs / 1_000_000,
      fork_delay: it.forkDelayUs / 1_000_000,
      fork_delay_timer_running: waits && !isGood,
      terminate_delay_timer_running: waits && isGood,
      full_command: it.fullCommand,
    };
  });
}
