/**
 * Who may import whom: ARCHITECTURE.md 3 as one table.
 *
 * Reads every import of every source file; returns one line for each that breaks a rule.
 */

import { globSync, readFileSync } from "node:fs";

/** Each workspace member and the members it may import, tests aside. Layer by layer, downwards only. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  // layer 0: values
  "@keepalived/machine": [],
  "@keepalived/bytes": [],
  "@keepalived/ip-address": [],
  "@keepalived/reconcile": [],
  "@std/cli": [],
  "@std/yaml": [],
  // layer 1: codecs
  "@keepalived/inet-codec": ["bytes", "ip-address"],
  "@keepalived/bfd-codec": ["bytes"],
  "@keepalived/vrrp-codec": ["bytes", "ip-address", "inet-codec"],
  "@keepalived/netlink-codec": ["bytes", "ip-address"],
  "@keepalived/netlink-route": ["bytes", "ip-address", "netlink-codec"],
  "@keepalived/netlink-ipvs": ["bytes", "ip-address", "netlink-codec"],
  "@keepalived/netlink-nftables": ["bytes", "ip-address", "netlink-codec", "reconcile"],
  "@keepalived/conf-parser": ["machine"],
  // layer 2: machines and models
  "@keepalived/keepalived-config": ["conf-parser", "ip-address", "reconcile"],
  "@keepalived/vrrp-fsm": ["machine", "ip-address", "reconcile"],
  "@keepalived/bfd-fsm": ["machine"],
  "@keepalived/tracking": ["machine"],
  "@keepalived/checkers": ["machine"],
  "@keepalived/lvs-pool": ["machine", "ip-address"],
  "@keepalived/watchdog": ["machine"],
  // layer 3: system
  "@keepalived/linux": ["bytes", "ip-address"],
  "@keepalived/reactor": ["linux", "machine", "bytes", "netlink-codec"],
  // layer 4: for tests
  "@keepalived/simulation": ["machine", "ip-address", "vrrp-fsm"],
};

/** Packages of layers 0 to 2: no runtime, no clock, no randomness, no output. */
const pure = Object.keys(mayImport).filter((name) =>
  !["@keepalived/linux", "@keepalived/reactor", "@std/cli", "@std/yaml"].includes(name)
);

const impure =
  /\b(Deno\.|process\.|Date\b|performance\b|Math\.random|crypto\b|setTimeout\b|setInterval\b|console\b|globalThis\b|async\b|await\b)/;

/** One line per broken rule; empty if the tree is in order. */
export function checkLayers(): readonly string[] {
  const problems: string[] = [];
  for (const manifestPath of globSync("{packages,apps}/*/package.json").map(String).sort()) {
    const folder = manifestPath.slice(0, -"/package.json".length);
    const manifest = JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
    problems.push(...checkMember(folder, manifest));
  }
  return problems;
}

type Manifest = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

function checkMember(folder: string, manifest: Manifest): readonly string[] {
  const problems: string[] = [];
  const { name } = manifest;
  const app = folder.startsWith("apps/");
  if (!app && mayImport[name] === undefined) {
    problems.push(`${folder}: ${name} has no row in tools/check_layers.ts`);
  }
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const file of globSync(`${folder}/**/*.ts`).map(String).sort()) {
    if (file.includes("node_modules")) continue;
    const test = file.endsWith("_test.ts") || file.includes("/testing/");
    const source = readFileSync(file, "utf8");
    for (const specifier of importsOf(source)) {
      const problem = checkImport({ file, specifier, name, app, test, declared });
      if (problem !== undefined) problems.push(`${file}: ${problem}`);
    }
    if (!test) problems.push(...checkPurity(file, name, source));
  }
  return problems;
}

type Import = {
  readonly file: string;
  readonly specifier: string;
  readonly name: string;
  readonly app: boolean;
  readonly test: boolean;
  readonly declared: readonly string[];
};

function checkImport(it: Import): string | undefined {
  const { specifier } = it;
  if (specifier.startsWith(".")) {
    return climbsOut(it.file, specifier) ? `reaches into another package: ${specifier}` : undefined;
  }
  if (specifier.startsWith("node:")) {
    return pure.includes(it.name) && !it.test ? `is pure and imports ${specifier}` : undefined;
  }
  const parts = specifier.split("/");
  const target = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0] ?? "";
  if (it.test) return undefined;
  if (!it.declared.includes(target)) return `imports ${target}, which its package.json lacks`;
  if (it.app) {
    return target === "@keepalived/simulation" ? "imports the simulation" : undefined;
  }
  const allowed = (mayImport[it.name] ?? []).map((short) => `@keepalived/${short}`);
  if (target.startsWith("@keepalived/") || pure.includes(it.name)) {
    return allowed.includes(target) ? undefined : `may not import ${target}`;
  }
  return undefined;
}

function checkPurity(file: string, name: string, source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, '""');
  const problems: string[] = [];
  for (const [i, line] of code.split("\n").entries()) {
    if (pure.includes(name)) {
      const found = impure.exec(line);
      if (found !== null) problems.push(`${file}:${i + 1}: is pure and says ${found[1]}`);
    } else if (/\bDeno\./.test(line) && !file.startsWith("packages/linux/backends/")) {
      problems.push(`${file}:${i + 1}: only packages/linux/backends may say Deno`);
    }
  }
  return problems;
}

function importsOf(source: string): readonly string[] {
  return [...source.matchAll(/^(?:import|export)\b[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm)]
    .map((found) => found[1] ?? found[2] ?? "");
}

/** Whether a relative import leaves its own package or app. */
function climbsOut(file: string, specifier: string): boolean {
  const depth = file.split("/").length - 3; // packages/NAME/file.ts is depth 0
  const ups = specifier.split("/").filter((part) => part === "..").length;
  return ups > depth;
}
