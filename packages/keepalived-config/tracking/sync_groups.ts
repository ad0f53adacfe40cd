import { clip, type Report } from "@keepalived/conf-parser";
import { type Body, placeOf } from "../bind.ts";
import { commandOf, defined, flagOf, has } from "../body.ts";
import type { VrrpInstanceConfig } from "../model.ts";
import type { GlobalConfig } from "../model_global.ts";
import type { SyncGroupConfig, TrackGroupConfig } from "../model_tracking.ts";
import { sayer } from "../read_instance.ts";
import { readTracking, type Trackable } from "./lists.ts";
import { definitionsOf } from "./definitions.ts";

/** What a group is resolved with. */
export type GroupContext = {
  readonly global: GlobalConfig;
  readonly trackable: Trackable;
  readonly instances: readonly VrrpInstanceConfig[];
  readonly report: Report;
};

/** All `vrrp_sync_group` blocks; an instance belongs to the first that names it. */
export function readSyncGroups(root: Body, context: GroupContext): readonly SyncGroupConfig[] {
  const { global, trackable, report } = context;
  const instances = new Set(context.instances.map(({ name }) => name));
  const written = namesOf(root);
  const taken = new Set<string>();
  return definitionsOf(root, "vrrp_sync_group", report).flatMap(({ statement, name }) => {
    const { body } = statement;
    const at = statement.words[1]?.at ?? placeOf(statement);
    const shown = clip(name);
    const warn = (code: string, message: string, place = at) =>
      report({ severity: "warning", code, message, at: place });
    const named = membersOf(body);
    const members: string[] = [];
    for (const { text, at } of named) {
      if (!written.has(text)) {
        warn(
          "unknown-name",
          `Virtual router ${clip(text)} specified in sync group ${shown} doesn't exist - ignoring`,
          at,
        );
      } else if (taken.has(text)) {
        warn(
          "duplicate",
          `Virtual router ${clip(text)} cannot exist in more than one sync group;` +
            ` ignoring ${shown}`,
          at,
        );
      } else if (instances.has(text)) {
        taken.add(text);
        members.push(text);
      }
    }
    if (members.length === 0) {
      warn(
        "small-group",
        named.length === 0
          ? `Sync group ${shown} has no virtual router(s). removing`
          : `Sync group ${shown}, no matching virtual router found in group declaration - removing`,
      );
      return [];
    }
    if (members.length === 1) {
      warn(
        "small-group",
        `Sync group ${shown} has only 1 virtual router(s) - this probably isn't what you want`,
      );
    }
    const { alertVrrp, alert } = global.smtp;
    return [{
      name,
      at,
      members,
      tracking: readTracking(body, trackable, sayer(name, at, report)),
      trackingWeight: has(body, "sync_group_tracking_weight"),
      notify: defined<Required<SyncGroupConfig["notify"]>>({
        any: commandOf(body, "notify"),
        active: commandOf(body, "notify_master"),
        backup: commandOf(body, "notify_backup"),
        fault: commandOf(body, "notify_fault"),
        stop: commandOf(body, "notify_stop"),
      }),
      notifyPriorityChanges: flagOf(body, "notify_priority_changes") ??
        global.vrrp.notifyPriorityChanges,
      smtpAlert: flagOf(body, "smtp_alert") ?? alertVrrp ?? alert ?? false,
    }];
  });
}

/** All `track_group` blocks that have a member. */
export function readTrackGroups(root: Body, report: Report): readonly TrackGroupConfig[] {
  const instances = namesOf(root);
  return definitionsOf(root, "track_group", report).flatMap(({ statement, name }) => {
    const at = statement.words[1]?.at ?? placeOf(statement);
    const warn = (code: string, message: string, place = at) =>
      report({ severity: "warning", code, message, at: place });
    const members = membersOf(statement.body).flatMap(({ text, at }) => {
      if (instances.has(text)) return [text];
      const message = `vrrp instance ${clip(text)} specified in track group ${clip(name)}` +
        " doesn't exist - ignoring";
      warn("unknown-name", message, at);
      return [];
    });
    if (members.length > 0) return [{ name, members: [...new Set(members)] }];
    warn("small-group", `Static track group ${clip(name)} has no virtual router(s) - removing`);
    return [];
  });
}

/** The words of `group { … }`. */
function membersOf(body: Body) {
  return (body.statements.get("group") ?? [])
    .flatMap(({ body: { lines } }) => lines).flatMap(({ words }) => words);
}

/** Names of instances that the file has, also of those that cannot run. */
function namesOf(root: Body): ReadonlySet<string> {
  return new Set(
    (root.statements.get("vrrp_instance") ?? []).map(({ values }) => String(values[0])),
  );
}
