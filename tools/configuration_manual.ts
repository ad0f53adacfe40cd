/**
 * The reference manual, from the keyword tables: `docs/configuration.md` and `docs/diagnostics.md`.
 *
 *     node tools/configuration_manual.ts    writes them
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type BlockPlace,
  blockPlaces,
  describeKeyword,
  DIAGNOSTIC_CODES,
  type KeywordPlace,
  LINT_RULES,
} from "@keepalived/keepalived-config";

const docs = join(dirname(fileURLToPath(import.meta.url)), "..", "docs");

const pages: Readonly<Record<string, () => string>> = {
  "configuration.md": configurationManual,
  "diagnostics.md": diagnosticsManual,
};

/** One line for each page that is not what the tables say now. */
export function checkManual(): readonly string[] {
  return Object.entries(pages).flatMap(([name, make]) => {
    const file = join(docs, name);
    const current = existsSync(file) && readFileSync(file, "utf8") === make();
    return current ? [] : [`docs/${name} is not current: run node tools/configuration_manual.ts`];
  });
}

function writeManual(): void {
  mkdirSync(docs, { recursive: true });
  for (const [name, make] of Object.entries(pages)) writeFileSync(join(docs, name), make());
}

/** Every keyword of every block, one anchor each. */
export function configurationManual(): string {
  const blocks = blockPlaces();
  const count = blocks.reduce((sum, { places }) => sum + places.length, 0);
  return `# Configuration

All ${count} keywords of keepalived.conf, block by block. Made from the keyword tables by
\`node tools/configuration_manual.ts\`; \`keepalived config explain KEYWORD\` prints the same. What findings mean is in
[diagnostics.md](diagnostics.md).

${PLAIN_DATA}
## Keywords

${blocks.map(contentsLine).join("")}
${blocks.map(blockText).join("\n")}`;
}

/** How YAML and JSON say what the rest of the page says for keepalived.conf. */
const PLAIN_DATA = `## As YAML or JSON

A file whose name ends in \`.yaml\`, \`.yml\` or \`.json\` says the same as plain data; \`keepalived config convert\` goes from
each form to each other, \`keepalived config schema\` prints the JSON Schema.

\`\`\`yaml
global_defs:
  router_id: east
  smtp_server: [10.0.0.9, 2525]
vrrp_instance:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    advert_int: 0.5
    nopreempt: true
    notify_master:
      command: /usr/local/bin/notify.sh master
      user: nobody
    virtual_ipaddress:
      - 10.0.0.1/24 dev eth0
\`\`\`

- A block is an object by keyword. What stands between a keyword and its brace is its field \`name\`, of a
  \`virtual_server\` \`service\`, of a \`real_server\` \`address\`.
- A keyword alone is \`true\`; one argument is its value, times as in keepalived.conf; several are a list.
- A command is its line, or an object of \`command\` (the line, or a list of arguments), \`user\` and \`group\`.
- A block of lines is a list of strings; lines beside keywords stand in the field \`lines\`.
- What is repeated is a list; where one is a list already, several are a list of lists. Where the order of different
  keywords in a block matters, the field \`order\` lists them one by one.
- There are no definitions, includes and conditions.
`;

function anchorOf(path: readonly string[]): string {
  return path.length === 0 ? "root" : path.join(".");
}

function titleOf({ path }: BlockPlace): string {
  return path.length === 0 ? "Outside all blocks" : path.map((name) => `\`${name}\``).join(" / ");
}

function contentsLine({ path }: BlockPlace): string {
  const title = path.length === 0 ? "Outside all blocks" : `\`${path.at(-1)}\``;
  return `${"  ".repeat(path.length)}- [${title}](#${anchorOf(path)})\n`;
}

function blockText(block: BlockPlace): string {
  const { path, table, places } = block;
  const level = "#".repeat(Math.min(2 + path.length, 5));
  const intro = table.kind === "lines"
    ? `One line each: \`${table.of}\`.${places.length > 0 ? " The words of a line:" : ""}\n`
    : table.values === true
    ? "Lines of values, and these keywords:\n"
    : "";
  const parts = [`<a id="${anchorOf(path)}"></a>\n\n${level} ${titleOf(block)}\n`];
  if (intro !== "") parts.push(intro);
  return [...parts, ...places.map(keywordText)].join("\n");
}

function keywordText(place: KeywordPlace): string {
  const { usage, summary, facts } = describeKeyword(place);
  const anchor = [...place.path, place.keyword.name].join(".");
  // The anchor of a block is that of its section.
  const target = place.keyword.block === undefined || place.keyword.aliasOf !== undefined
    ? `<a id="${anchor}"></a>\`${usage}\``
    : `[\`${usage}\`](#${anchor})`;
  const rows = facts.map(([label, text]) => `  - ${label}: ${escape(text)}\n`).join("");
  return `- ${target}: ${escape(summary)}\n${rows}`;
}

/** Text that Markdown takes for nothing else. */
function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
}

/** Every code of a diagnostic, one anchor each. */
export function diagnosticsManual(): string {
  const codes = Object.entries(DIAGNOSTIC_CODES).map(([code, text]) =>
    `<a id="${code}"></a>\n\n### \`${code}\`\n\n${escape(text)}\n`
  );
  const rules = LINT_RULES.map(({ code, title, reason }) =>
    `<a id="${code}"></a>\n\n### \`${code}\`: ${escape(title)}\n\n${escape(reason)}\n`
  );
  return `# Findings

Every finding about a configuration has a place, a severity and one of these codes, which stay the same from release to
release. \`keepalived config check --format=json FILE\` prints them for programs, \`keepalived config explain CODE\` one
of these texts. Made by \`node tools/configuration_manual.ts\`.

## Errors, warnings and deprecations

${codes.join("\n")}
## Advice

What is allowed and seldom meant. \`keepalived config check --off=CODE FILE\` leaves a rule out.

${rules.join("\n")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeManual();
