import type { Body, Statement } from "../bind.ts";
import { type Finding, instancesOf, type Linted, type LintRule } from "./rule.ts";

/** Rules about secrets, commands, mail and firewalls. */
export const OTHER_RULES: readonly LintRule[] = [
  {
    code: "lint-plain-password",
    title: "A password in plain text",
    reason:
      "auth_type PASS sends the password in every advertisement, for everyone on the network to read, and RFC" +
      " 3768 withdrew it; use auth_hmac, or protect the network",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) =>
        it.authentication.kind === "pass"
          ? [finding("auth_pass is sent in plain text", "authentication")]
          : []
      ),
  },
  {
    code: "lint-plain-mail-password",
    title: "A mail password in plain text",
    reason:
      "smtp_password is sent for everyone on the way to read unless smtp_tls is starttls or tls",
    check: ({ config: { global: { smtp } }, root }) =>
      smtp.password === undefined || smtp.tls !== "off"
        ? []
        : globalsOf(root, ["smtp_password"]).map(({ words }) => ({
          message: "smtp_password without smtp_tls is sent in plain text",
          at: words[0].at,
        })),
  },
  {
    code: "lint-no-shell",
    title: "Shell syntax in a command",
    reason:
      "commands run without a shell: pipes, redirections and lists are handed to the program as arguments;" +
      " put them into a script, or run sh -c '…'",
    check: ({ root }) => commandsOf(root).flatMap(shellWords),
  },
  {
    code: "lint-mail-to-nobody",
    title: "Alerts that go nowhere",
    reason:
      "alert mails need smtp_server and notification_email in global_defs; without them nothing is sent",
    check: mailToNobody,
  },
  {
    code: "lint-iptables",
    title: "Firewall rules meant for iptables",
    reason:
      "rules for no_accept and use_vmac are made with nftables and come before those of iptables; chains and sets" +
      " of the names given here stay as they are; use nftables and nftables_priority instead",
    check: iptablesNames,
  },
];

/** Every statement with a command, in the order of the file. */
function commandsOf(body: Body): readonly Statement[] {
  return body.order.flatMap((statement) => {
    const [value] = statement.values;
    return [...typeof value === "object" ? [statement] : [], ...commandsOf(statement.body)];
  });
}

/** What a shell would take for itself. */
const SHELL = /^(?:\||\|\||&&?|;|[0-9]?>>?(?:&[0-9])?.*|<.*)$|\$\(|`|;$/;

function shellWords({ name, values: [value], words }: Statement): readonly Finding[] {
  if (typeof value !== "object") return [];
  const found = value.argv.slice(1).find((argument, i) =>
    SHELL.test(argument) && value.argv[i] !== "-c"
  );
  if (found === undefined) return [];
  return [{
    message: `${name}: '${found}' means nothing without a shell`,
    at: (words[1] ?? words[0]).at,
  }];
}

function mailToNobody({ config: { global }, root }: Linted): readonly Finding[] {
  const { server, recipients } = global.smtp;
  if (server !== undefined && recipients.length > 0) return [];
  const missing = server === undefined ? "smtp_server" : "notification_email";
  return alertsOf(root).map(({ name, words }) => ({
    message: `${name} without ${missing}`,
    at: words[0].at,
  }));
}

const ALERTS = ["smtp_alert", "smtp_alert_vrrp", "smtp_alert_checker"];

/** Every statement that asks for mail. */
function alertsOf({ order }: Body): readonly Statement[] {
  return order.flatMap((statement) => {
    const asks = ALERTS.includes(statement.name) && statement.values[0] !== false;
    return [...asks ? [statement] : [], ...alertsOf(statement.body)];
  });
}

const IPTABLES = ["vrrp_iptables", "vrrp_ipsets"];

function iptablesNames({ config: { global }, root }: Linted): readonly Finding[] {
  const { nftables: name = "keepalived" } = global.firewall;
  const where = `in chains 'in' and 'out' of tables 'ip ${name}' and 'ip6 ${name}'`;
  return globalsOf(root, IPTABLES).map(({ name, words }) => ({
    message: `${name}: rules are made with nftables, ${where}`,
    at: words[0].at,
  }));
}

/** Statements of these names in `global_defs`. */
function globalsOf(root: Body, names: readonly string[]): readonly Statement[] {
  return (root.statements.get("global_defs") ?? [])
    .flatMap(({ body }) => body.order.filter(({ name }) => names.includes(name)));
}
