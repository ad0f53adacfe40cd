import {
  boolean,
  command,
  decimalSeconds,
  interfaceName,
  keyword,
  lines,
  type Table,
} from "./keyword.ts";
import { trackLists } from "./tracking.ts";

/** `vrrp_sync_group`: instances that change state together. */
export const VRRP_SYNC_GROUP: Table = {
  kind: "keywords",
  name: "vrrp_sync_group",
  keywords: [
    keyword("vrrp", "group", [], "Members", {
      block: lines("group", "INSTANCE..."),
      once: true,
    }),
    ...trackLists({
      interface: "Interfaces tracked for all members",
      script: "Scripts tracked for all members",
      file: "Files tracked for all members",
      process: "Processes tracked for all members",
      bfd: "BFD sessions tracked for all members",
    }),
    keyword("vrrp", "notify_backup", [command()], "Script when the group becomes BACKUP"),
    keyword("vrrp", "notify_master", [command()], "Script when the group becomes MASTER"),
    keyword("vrrp", "notify_fault", [command()], "Script when the group enters FAULT"),
    keyword("vrrp", "notify_stop", [command()], "Script when the group is stopped"),
    keyword(
      "vrrp",
      "notify",
      [command()],
      "Script for every group state; gets GROUP name state 0 appended",
    ),
    keyword("vrrp", "smtp_alert", [boolean()], "Mail on group state change", {
      default: "global default",
    }),
    keyword("vrrp", "global_tracking", [], "Old name", {
      aliasOf: "sync_group_tracking_weight",
      deprecated: {
        message: "global_tracking is deprecated. Use track_interface/script/file on the sync group",
        quiet: false,
      },
    }),
    keyword(
      "vrrp",
      "sync_group_tracking_weight",
      [],
      "Permit weighted trackers on members of a sync group",
      { default: "off" },
    ),
    keyword(
      "vrrp",
      "notify_priority_changes",
      [boolean()],
      "Write member priority changes to the FIFO",
      { default: "global default" },
    ),
  ],
};

/** `track_group`. */
export const TRACK_GROUP: Table = {
  kind: "keywords",
  name: "track_group",
  keywords: [
    keyword("vrrp", "group", [], "Instances in the group", {
      block: lines("group", "INSTANCE..."),
    }),
  ],
};

/** `garp_group`. */
export const GARP_GROUP: Table = {
  kind: "keywords",
  name: "garp_group",
  keywords: [
    keyword(
      "vrrp",
      "garp_interval",
      [decimalSeconds(0, 4294)],
      "Shared minimum gap between GARPs",
      { default: "0", invalid: "garp_group garp_interval '{}' invalid" },
    ),
    keyword("vrrp", "gna_interval", [decimalSeconds(0, 4294)], "Shared minimum gap between NAs", {
      default: "0",
      invalid: "garp_group gna_interval '{}' invalid",
    }),
    keyword("vrrp", "interface", [interfaceName()], "Single member interface"),
    keyword("vrrp", "interfaces", [], "Member interfaces", {
      block: lines("interfaces", "IFNAME..."),
    }),
  ],
};
