/**
 * The manual pages, from the tables that the programs themselves read: keepalived(8), keepalived.conf(5), genhash(1).
 *
 *     node tools/build/manual_pages.ts [FOLDER]    (default: dist/man)
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { genhashOptionRows } from "../../apps/keepalived/genhash/options.ts";
import { version } from "../../apps/keepalived/version.ts";
import { configurationPage } from "./manual_configuration.ts";
import { daemonPage } from "./manual_daemon.ts";
import { root } from "./bundle.ts";
import { releaseDate } from "./release_date.ts";
import { bold, inline, italic, item, paragraph, plain, section, title, verbatim } from "./roff.ts";

/** Each page by its file name. */
export function manualPages(): Readonly<Record<string, string>> {
  return {
    "keepalived.8": title("KEEPALIVED", 8, releaseDate(), version) + daemonPage(),
    "keepalived.conf.5": title("KEEPALIVED.CONF", 5, releaseDate(), version) + configurationPage(),
    "genhash.1": title("GENHASH", 1, releaseDate(), version) + genhashPage(),
  };
}

function genhashPage(): string {
  const options = genhashOptionRows.map(({ long, short, value, help }) => {
    const argument = value ? ` ${italic("VALUE")}` : "";
    return item(`${bold(`-${short}`)}, ${bold(`--${long}`)}${argument}`, inline(`${help}.`));
  });
  return section(
    "NAME",
    `${plain("genhash - digest of a page, for health checks of keepalived")}\n`,
  ) +
    section(
      "SYNOPSIS",
      `.B genhash\n[${bold("-S")}] ${bold("-s")} ${italic("ADDRESS")} ${bold("-p")} ${
        italic("PORT")
      } ${bold("-u")} ${italic("PATH")} [${italic("OPTION")}...]\n`,
    ) +
    section(
      "DESCRIPTION",
      paragraph(
        "Gets a page and prints its MD5 digest, as `digest` of `HTTP_GET` and `SSL_GET` in keepalived.conf(5) wants it. `keepalived --genhash` is the same.",
      ),
    ) +
    section("OPTIONS", ...options) +
    section("EXIT STATUS", paragraph("0, also if there is no page; 1 if the options are wrong.")) +
    section("EXAMPLES", verbatim("genhash -s 192.0.2.10 -p 80 -u /index.html")) +
    section("SEE ALSO", paragraph("keepalived(8), keepalived.conf(5)"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = resolve(process.argv[2] ?? join(root, "dist/man"));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(manualPages())) writeFileSync(join(folder, name), text);
}
