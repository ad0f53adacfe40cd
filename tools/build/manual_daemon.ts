import type { Command } from "../../apps/keepalived/config/arguments.ts";
import { CHECK } from "../../apps/keepalived/config/check.ts";
import { CONVERT } from "../../apps/keepalived/config/convert.ts";
import { DIFF } from "../../apps/keepalived/config/diff.ts";
import { EXPLAIN as CONFIG_EXPLAIN } from "../../apps/keepalived/config/explain.ts";
import { SCHEMA } from "../../apps/keepalived/config/schema.ts";
import { SHOW } from "../../apps/keepalived/config/show.ts";
import { exitStatus } from "../../apps/keepalived/exit_status.ts";
import { type OptionRow, optionRows } from "../../apps/keepalived/option_rows.ts";
import { EXPLAIN } from "../../apps/keepalived/status/client/explain_command.ts";
import { MAINTENANCE } from "../../apps/keepalived/status/client/maintenance_command.ts";
import { RELOAD } from "../../apps/keepalived/status/client/reload_command.ts";
import { SERVER } from "../../apps/keepalived/status/client/server_command.ts";
import { STATUS } from "../../apps/keepalived/status/client/status_command.ts";
import { bold, inline, italic, item, paragraph, plain, section, subsection } from "./roff.ts";

/** keepalived(8) without its first line: options and commands from the tables of the program. */
export function daemonPage(): string {
  return section(
    "NAME",
    `${plain("keepalived - addresses that survive a machine, and load balancing")}\n`,
  ) +
    section(
      "SYNOPSIS",
      `.B keepalived\n[${italic("OPTION")}...]\n.br\n.B keepalived\n${italic("COMMAND")} [${
        italic("OPTION")
      }...]\n`,
    ) +
    section(
      "DESCRIPTION",
      paragraph(
        "Shares virtual addresses between machines with VRRP: one holds them, and when it fails another takes over. Spreads connections over the servers that are alive, with the kernel's IPVS. What it does says keepalived.conf(5).",
      ),
      paragraph("Without a command it starts the daemon, in the background unless told otherwise."),
    ) +
    section("OPTIONS", ...optionRows.map(optionText)) +
    section(
      "COMMANDS",
      paragraph(
        "Those that begin with `config` work with files, the others ask the running daemon.",
      ),
      ...[STATUS, EXPLAIN, RELOAD, MAINTENANCE, SERVER].map(commandText),
      ...[CHECK, SHOW, CONFIG_EXPLAIN, DIFF, CONVERT, SCHEMA].map(commandText),
    ) +
    section("SIGNALS", paragraph("To the process whose number is in the pid file:"), ...signals) +
    section("EXIT STATUS", ...statuses) +
    section("FILES", ...files) +
    section("SEE ALSO", paragraph("keepalived.conf(5), genhash(1), ipvsadm(8)"));
}

function optionText({ short, long, value, placeholder, help }: OptionRow): string {
  const names = [...short === "" ? [] : [bold(`-${short}`)], bold(`--${long}`)].join(", ");
  const argument = placeholder === undefined ? "" : italic(placeholder);
  const shown = value === "none" ? "" : value === "optional" ? `[=${argument}]` : `=${argument}`;
  return item(names + shown, inline(`${help}.`));
}

function commandText({ name, operands, summary, options, notes }: Command): string {
  const rows = options.map(({ name, short, value, of, help }) => {
    const names = [...short === undefined ? [] : [bold(`-${short}`)], bold(`--${name}`)].join(", ");
    const argument = value === undefined ? "" : `=${italic(of?.join("|") ?? value)}`;
    return item(names + argument, inline(`${help}.`));
  });
  const paragraphs = notes.trim().split(/\n\n/).filter((text) => text !== "");
  return subsection(
    ["keepalived", name, ...operands].join(" "),
    paragraph(`${summary}.`),
    ...rows,
    ...paragraphs.map((text) => `.PP\n${text.split("\n").map(plain).join("\n.br\n")}\n`),
  );
}

const signals = [
  item(bold("TERM, INT"), plain("Stop: give every address away, and remove what was set up.")),
  item(bold("HUP"), plain("Read the configuration again.")),
  item(bold("USR1"), plain("Write what is known to /tmp/keepalived.data and its neighbours.")),
  item(bold("USR2"), plain("Write counters to /tmp/keepalived.stats.")),
  paragraph("`--signum` names the numbers of these and others, by what they are for."),
];

const statuses = ([
  [exitStatus.ok, "Stopped as it was told to."],
  [exitStatus.fatal, "It cannot run: wrong options, or another one runs already."],
  [exitStatus.configuration, "The configuration cannot be run."],
  [exitStatus.missingPermission, "A permission is missing."],
  [exitStatus.noConfiguration, "There is no configuration file."],
  [exitStatus.internal, "A defect of the program; the log has more."],
] as const).map(([status, text]) => item(bold(String(status)), plain(text)));

const files = ([
  ["/etc/keepalived/keepalived.conf", "What to do, unless an option names another file."],
  ["/etc/default/keepalived", "Options of the service."],
  ["/run/keepalived.pid", "Number of the first process."],
  ["/run/keepalived/control.sock", "Where the commands ask the daemon."],
] as const).map(([path, text]) => item(bold(path), plain(text)));
