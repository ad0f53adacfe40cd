import { LINT_RULES } from "../lint/lint.ts";
import { suggest } from "../suggest.ts";
import { describeKeyword, type KeywordHelp, pathText } from "./describe.ts";
import { DIAGNOSTIC_CODES } from "./diagnostic_codes.ts";
import { blockPlaces, type KeywordPlace } from "./places.ts";

/** The help on a word, or the nearest word that there is help on. */
export type Explanation =
  | { readonly found: true; readonly text: string }
  | { readonly found: false; readonly nearest: string | undefined };

/**
 * Help on a keyword wherever it may stand, or on the code of a diagnostic.
 *
 * @param query `priority`, or with blocks before it, `vrrp_instance/priority`
 */
export function explain(query: string): Explanation {
  const [name = "", ...blocks] = query.split(/[/.\s]+/).filter((step) => step !== "").reverse();
  const places = blockPlaces().flatMap((block) => block.places);
  const found = places.filter(({ keyword, path }) =>
    keyword.name === name && blocks.every((block, i) => block === path.at(-1 - i))
  );
  if (found.length > 0) return { found: true, text: grouped(found).map(textOf).join("\n") };
  const findings = new Map([
    ...Object.entries(DIAGNOSTIC_CODES),
    ...LINT_RULES.map(({ code, title, reason }) => [code, `${title}: ${reason}`] as const),
  ]);
  const meaning = findings.get(query);
  if (meaning !== undefined) return { found: true, text: `${query}: a finding\n    ${meaning}\n` };
  const words = new Set([...places.map(({ keyword }) => keyword.name), ...findings.keys()]);
  const nearest = suggest(name, words);
  return { found: false, nearest };
}

type Group = { readonly help: KeywordHelp; readonly paths: string[] };

/** Places where a keyword means the same, together. */
function grouped(places: readonly KeywordPlace[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const place of places) {
    const help = describeKeyword(place);
    const key = JSON.stringify(help);
    const group = groups.get(key) ?? { help, paths: [] };
    groups.set(key, group);
    group.paths.push(pathText(place.path));
  }
  return [...groups.values()];
}

function textOf({ help, paths }: Group): string {
  const places = paths.map((path, i) => [i === 0 ? "In" : "", path] as const);
  const facts = [...help.facts, ...places];
  const width = Math.max(...facts.map(([label]) => label.length));
  const lines = facts.map(([label, text]) => `    ${label.padEnd(width)}  ${text}\n`);
  return `${help.usage}\n    ${help.summary}\n${lines.join("")}`;
}
