import {
  type BlockPlace,
  blockPlaces,
  describeKeyword,
  type KeywordPlace,
} from "@keepalived/keepalived-config";
import { bold, inline, item, paragraph, plain, section, subsection, verbatim } from "./roff.ts";

/** keepalived.conf(5) without its first line: every keyword of every block. */
export function configurationPage(): string {
  return section("NAME", `${plain("keepalived.conf - configuration of keepalived")}\n`) +
    section(
      "DESCRIPTION",
      paragraph(
        "Blocks of keywords: a keyword, its arguments, and for some a block in braces, one line each. `#` and `!` begin a comment. What is in quotes is one word.",
      ),
      paragraph(
        "`keepalived config check` FILE tells what is wrong with a file, `keepalived config explain` KEYWORD prints what is said here, `keepalived config show` FILE what holds with all defaults.",
      ),
      paragraph(
        "A file whose name ends in `.yaml`, `.yml` or `.json` says the same as plain data; `keepalived config convert` makes one of the other.",
      ),
    ) +
    section("EXAMPLE", verbatim(example)) +
    section("KEYWORDS", ...blockPlaces().map(blockText)) +
    section("SEE ALSO", paragraph("keepalived(8), genhash(1), ipvsadm(8)"));
}

/** What a first machine of two needs; the configuration that the system package brings is this one too. */
export const example = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    virtual_ipaddress {
        192.168.200.100/24
    }
}`;

function blockText({ path, table, places }: BlockPlace): string {
  const intro = table.kind === "lines"
    ? [paragraph(`One line each: ${table.of}.${places.length > 0 ? " The words of a line:" : ""}`)]
    : table.values === true
    ? [paragraph("Lines of values, and these keywords:")]
    : [];
  const name = path.length === 0 ? "Outside all blocks" : path.join(" / ");
  return subsection(name, ...intro, ...places.map(keywordText));
}

function keywordText(place: KeywordPlace): string {
  const { usage, summary, facts } = describeKeyword(place);
  const rows = facts.map(([label, text]) => plain(`${label}: ${text}`));
  return item(bold(usage), inline(summary), ...rows);
}
