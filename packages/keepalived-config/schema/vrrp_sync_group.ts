import { boolean, command, keyword, lines, rest, type Table } from "./keyword.ts";

/** `vrrp_sync_group`: instances that change state together. */
export const VRRP_SYNC_GROUP: Table = {
  kind: "keywords",
  name: "vrrp_sync_group",
  keywords: [
    keyword("vrrp", "group", [], "Members", { block: lines("group", "INSTANCE...") }),
    keyword("vrrp", "track_interface", [], "Interfaces tracked for all members", {
      block: lines("track_interface", "IFNAME [weight N [reverse|noreverse]]..."),
    }),
    keyword("vrrp", "track_script", [], "Scripts tracked for all members", {
      block: lines("track_script", "NAME [weight N [reverse|noreverse]]..."),
    }),
    keyword("vrrp", "track_file", [], "Files tracked for all members", {
      block: lines("track_file", "NAME [weight N [reverse|noreverse]]..."),
    }),
    keyword("vrrp", "track_process", [], "Processes tracked for all members", {
      block: lines("track_process", "NAME [weight N [reverse|noreverse]]..."),
    }),
    keyword("vrrp", "track_bfd", [], "BFD sessions tracked for all members", {
      block: lines("track_bfd", "NAME [weight N [reverse|noreverse]]..."),
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
        message:
          'Keyword "global_tracking" is deprecated - please use "sync_group_tracking_weight"',
        quiet: true,
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
      [rest("SECONDS(decimal)")],
      "Shared minimum gap between GARPs",
      { default: "0" },
    ),
    keyword("vrrp", "gna_interval", [rest("SECONDS(decimal)")], "Shared minimum gap between NAs", {
      default: "0",
    }),
    keyword("vrrp", "interface", [rest("IFNAME")], "Single member interface"),
    keyword("vrrp", "interfaces", [], "Member interfaces", {
      block: lines("interfaces", "IFNAME..."),
    }),
  ],
};
