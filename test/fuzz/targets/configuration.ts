import { ROOT, type Table } from "@keepalived/keepalived-config";
import { samples } from "../../config/support.ts";
import type { Target } from "../engine/target.ts";
import { formOf, load, obeyForm, obeyLoaded, obeyShown } from "./configuration_laws.ts";
import { textBytes, utf8 } from "./support.ts";

/** keepalived.conf with all it means. */
export const target: Target = {
  name: "configuration",
  about: "keepalived.conf: syntax, keywords, what goes with what, its other forms",
  laws: [
    "never throws, and every finding has its place in the file",
    "what is taken is within the limits of the protocol",
    "text, plain data and text again mean the same, and are printed the same",
    "a configuration without errors means the same when it is shown and read again",
    "nothing differs from itself",
  ],
  isText: true,
  mostBytes: 2000,
  seeds: () =>
    [...samples("confs"), ...samples("confs-bad")]
      .map(({ text }) => text.replace(/^\s*[#!].*\n/gm, "").slice(0, 1600)).map(textBytes),
  words: () => [...keywordsOf(ROOT, new Set())],
  check: (input) => {
    const text = utf8(input);
    const loaded = load(text);
    const config = obeyLoaded(loaded);
    obeyForm(formOf(text).data, config);
    if (loaded.diagnostics.every(({ severity }) => severity !== "error")) obeyShown(config);
  },
};

/** All keywords, blocks with their braces. */
function keywordsOf(table: Table, seen: Set<Table>): ReadonlySet<string> {
  const words = new Set<string>();
  if (seen.has(table) || table.kind === "lines") return words;
  seen.add(table);
  for (const { name, block } of table.keywords) {
    words.add(block === undefined ? `${name} ` : `${name} {\n`).add(name);
    if (block !== undefined) { for (const word of keywordsOf(block, seen)) words.add(word); }
  }
  return words;
}
