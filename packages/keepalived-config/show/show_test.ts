import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../load.ts";
import { printStatements } from "../print_statements.ts";
import { ADDRESS_WORDS } from "../schema/address.ts";
import type { Keyword, Table } from "../schema/keyword.ts";
import { ROOT } from "../schema/root.ts";
import { ENCAP_WORDS, NEXTHOP_WORDS, ROUTE_WORDS } from "../schema/route.ts";
import { RULE_WORDS } from "../schema/rule.ts";
import { ADDRESS } from "./address.ts";
import { AUTH_HMAC, AUTHENTICATION } from "./authentication.ts";
import {
  BFD_CHECK,
  CHECKERS,
  DNS_CHECK,
  FILE_CHECK,
  MISC_CHECK,
  PLAIN_CHECK,
  SMTP_CHECK,
  UDP_CHECK,
} from "./checker.ts";
import type { Entries } from "./entry.ts";
import { GLOBAL } from "./global.ts";
import { HTTP_GET, HTTP_URL, SSL_GET, SSL_URL } from "./http.ts";
import { INSTANCE } from "./instance.ts";
import { GARP_GROUP } from "./interface_settings.ts";
import { REAL_SERVER } from "./real_server.ts";
import { ENCAP, NEXTHOP, ROUTE } from "./route.ts";
import { RULE } from "./rule.ts";
import { showConfig, type ShowOptions, TOP } from "./show.ts";
import {
  BFD_INSTANCE,
  SCRIPT,
  SYNC_GROUP,
  TRACK_FILE,
  TRACK_GROUP,
  TRACK_PROCESS,
} from "./tracking.ts";
import { SSL, VIRTUAL_SERVER } from "./virtual_server.ts";
import { WEBHOOK } from "./webhook.ts";

/** The entries of every table of keywords, by its path. */
const SHOWN: Readonly<Record<string, Entries<never>>> = {
  "": TOP,
  "/global_defs": GLOBAL,
  "/global_defs/notify_webhook": WEBHOOK,
  "/track_group": TRACK_GROUP,
  "/vrrp_sync_group": SYNC_GROUP,
  "/garp_group": GARP_GROUP,
  "/vrrp_instance": INSTANCE,
  "/vrrp_instance/authentication": AUTHENTICATION,
  "/vrrp_instance/auth_hmac": AUTH_HMAC,
  "/vrrp_script": SCRIPT,
  "/vrrp_track_process": TRACK_PROCESS,
  "/track_file": TRACK_FILE,
  "/bfd_instance": BFD_INSTANCE,
  "/SSL": SSL,
  // Its only keyword is shown by showServiceGroups().
  "/virtual_server_group": { fwmark: () => [] },
  "/virtual_server": VIRTUAL_SERVER,
  "/virtual_server/real_server": { ...REAL_SERVER, ...CHECKERS },
  "/virtual_server/real_server/HTTP_GET": HTTP_GET,
  "/virtual_server/real_server/HTTP_GET/url": HTTP_URL,
  "/virtual_server/real_server/SSL_GET": SSL_GET,
  "/virtual_server/real_server/SSL_GET/url": SSL_URL,
  "/virtual_server/real_server/TCP_CHECK": PLAIN_CHECK,
  "/virtual_server/real_server/PING_CHECK": PLAIN_CHECK,
  "/virtual_server/real_server/SMTP_CHECK": SMTP_CHECK,
  "/virtual_server/real_server/DNS_CHECK": DNS_CHECK,
  "/virtual_server/real_server/UDP_CHECK": UDP_CHECK,
  "/virtual_server/real_server/MISC_CHECK": MISC_CHECK,
  "/virtual_server/real_server/FILE_CHECK": FILE_CHECK,
  "/virtual_server/real_server/BFD_CHECK": BFD_CHECK,
};

/** Blocks that are never shown: another form of the same, for which a keyword above has the reason. */
const NEVER = ["/virtual_server/real_server/SMTP_CHECK/host"];

function tablesOf(table: Table, path: string): readonly (readonly [string, readonly Keyword[]])[] {
  if (table.kind === "lines" || NEVER.includes(path)) return [];
  const inner = table.keywords.filter(({ aliasOf }) => aliasOf === undefined).flatMap((row) =>
    row.block === undefined ? [] : tablesOf(row.block, `${path}/${row.name}`)
  );
  return [[path, table.keywords], ...inner];
}

const words: readonly (readonly [string, readonly Keyword[], Entries<never>])[] = [
  ["address lines", ADDRESS_WORDS, ADDRESS],
  ["route lines", ROUTE_WORDS, ROUTE],
  ["nexthop", NEXTHOP_WORDS, NEXTHOP],
  ["encap", ENCAP_WORDS, ENCAP],
  ["rule lines", RULE_WORDS, RULE],
];

const tables = [
  ...tablesOf(ROOT, "").map(([path, rows]) => [path || "the file", rows, SHOWN[path]] as const),
  ...words,
];

for (const [name, rows, entries] of tables) {
  test(`each keyword of ${name} is shown, or there is a reason`, () => {
    const names = rows.filter((row) => row.aliasOf === undefined).map(({ name }) => name);
    assert.deepEqual(Object.keys(entries ?? {}).toSorted(), names.toSorted());
    for (const entry of Object.values(entries ?? {})) {
      if (typeof entry !== "function") assert.notEqual(entry.never, "");
    }
  });
}

function shown(text: string, options?: ShowOptions): string {
  const { config } = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "low" });
  assert.ok(config !== undefined);
  return printStatements(showConfig(config, options));
}

const secrets = `vrrp_instance A {
  interface eth0
  virtual_router_id 1
  virtual_ipaddress {
    10.0.0.1
  }
  authentication {
    auth_type PASS
    auth_pass sesame
  }
  auth_hmac {
    key 1 0123456789abcdef0123456789abcdef
    active_key 1
  }
}
SSL {
  password sesame
}
global_defs {
  smtp_password sesame
  notify_webhook https://low/ {
    header Authorization sesame
  }
}
`;

test("showConfig() shows no secret unless it is told to", () => {
  const redacted = shown(secrets);
  assert.doesNotMatch(redacted, /sesame|3031323334/);
  assert.equal(redacted.match(/\*{8}/g)?.length, 5);
  const open = shown(secrets, { secrets: "shown" });
  assert.equal(open.match(/sesame/g)?.length, 4);
  assert.match(open, /key 1 hex:3031323334/);
});

test("showConfig() shows defaults that are in force", () => {
  const text = shown(secrets);
  for (
    const line of [
      "advert_int 1",
      "priority 100",
      "state BACKUP",
      "10.0.0.1/32 dev eth0 scope global",
      "router_id low",
      "vrrp_garp_master_delay 5",
    ]
  ) assert.match(text, new RegExp(`^ *${line}$`, "m"));
});
