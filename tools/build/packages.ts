/**
 * The packages as they are published: for npm compiled, with types; for JSR as they are, with a `jsr.json`.
 *
 *     npm run build:packages    writes dist/npm (folders and tarballs) and dist/jsr
 *
 * Then `npm publish` in a folder of dist/npm, or `deno publish` in dist/jsr, publishes them.
 */

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { root } from "./bundle.ts";
import { type Member, publishedMembers } from "./members.ts";

/** The oldest Node that runs the compiled packages; their sources need 24. */
const oldestNode = 22;
/** Those that need a newer one: here regular expressions with `(?i)` in the middle become those of JavaScript. */
const newerNode: Readonly<Record<string, number>> = { "@keepalived/keepalived-config": 24 };

/** Writes all packages into the folders `npm` and `jsr` of a folder, which are made anew. */
export function buildPackages(folder: string): void {
  const members = publishedMembers();
  for (const name of ["npm", "jsr", "compiled"]) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  const compiled = join(folder, "compiled");
  compile(members, compiled);
  for (const member of members) {
    const code = join(compiled, "packages", member.folder);
    writeForNpm(member, code, join(folder, "npm", member.folder));
    writeForJsr(member, sourcesOf(code), join(folder, "jsr", member.folder));
  }
  rmSync(compiled, { recursive: true });
  writeJson(join(folder, "jsr/deno.json"), {
    workspace: members.map((member) => `./${member.folder}`),
    compilerOptions: compilerOptionsOf("deno.json"),
  });
}

/** One tarball for each package in `npm`, as `npm install` takes them. @returns their paths, by name of the package */
export function packPackages(folder: string): ReadonlyMap<string, string> {
  const members = publishedMembers();
  const npm = join(folder, "npm");
  const folders = members.map((member) => `./${member.folder}`);
  const output = execFileSync("npm", ["pack", "--json", "--silent", ...folders], {
    cwd: npm,
    encoding: "utf8",
  });
  const packed = Object.values(JSON.parse(output)) as readonly {
    readonly name: string;
    readonly filename: string;
  }[];
  return new Map(packed.map(({ name, filename }) => [name, join(npm, filename)]));
}

/** Compiles all packages in one go, each source that its exports need, into the same tree of folders. */
function compile(members: readonly Member[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, "tsconfig.json");
  writeJson(configuration, {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      // What Node 22 does not know, such as `using`, is written in older words.
      target: "es2023",
      lib: ["esnext"],
      noEmit: false,
      outDir: folder,
      rootDir: root,
      rewriteRelativeImportExtensions: true,
      // By these and not through node_modules, where sources count as somebody else's and are not written.
      paths: Object.fromEntries(members.flatMap(pathsOf)),
      typeRoots: [join(root, "node_modules/@types")],
    },
    files: members.flatMap(({ folder, manifest }) =>
      Object.values(manifest.exports).map((source) => join(root, "packages", folder, source))
    ),
    include: [],
  });
  execFileSync("tsc", ["-p", configuration], { stdio: ["ignore", "inherit", "inherit"] });
}

/** Where the compiler finds what a package exports. */
function pathsOf({ folder, manifest }: Member): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(manifest.exports).map(([name, source]) =>
    [manifest.name + name.slice(1), [join(root, "packages", folder, source)]] as const
  );
}

function writeForNpm({ folder, manifest }: Member, compiled: string, target: string): void {
  cpSync(compiled, join(target, "dist"), { recursive: true });
  // The compiler rewrites imports in code only.
  for (const file of globSync("dist/**/*.d.ts", { cwd: target })) {
    rewriteImports(join(target, String(file)));
  }
  writeJson(join(target, "package.json"), {
    ...manifest,
    exports: Object.fromEntries(
      Object.entries(manifest.exports).map(([name, source]) => [name, exportOf(source)]),
    ),
    engines: { node: `>=${newerNode[manifest.name] ?? oldestNode}` },
    files: ["dist"],
    sideEffects: false,
    publishConfig: { access: "public" },
  });
  addTexts(folder, target);
}

function exportOf(source: string): { readonly types: string; readonly default: string } {
  const path = `./dist/${source.replace(/^\.\/|\.ts$/g, "")}`;
  return { types: `${path}.d.ts`, default: `${path}.js` };
}

function rewriteImports(file: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/((?:from|import\() ?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"'));
}

function writeForJsr(member: Member, sources: readonly string[], target: string): void {
  const { name, version, license, exports, dependencies = {} } = member.manifest;
  for (const path of sources) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(root, "packages", member.folder, path), join(target, path));
  }
  const imports = Object.entries(dependencies).map((
    [name, version],
  ) => [name, `${name.startsWith("@keepalived/") ? "jsr" : "npm"}:${name}@^${version}`]);
  writeJson(join(target, "jsr.json"), {
    name,
    version,
    license,
    exports,
    ...imports.length > 0 && { imports: Object.fromEntries(imports) },
  });
  addTexts(member.folder, target);
}

function addTexts(folder: string, target: string): void {
  copyFileSync(join(root, "packages", folder, "README.md"), join(target, "README.md"));
  copyFileSync(join(root, "LICENSE"), join(target, "LICENSE"));
}

/** The sources that were compiled. */
function sourcesOf(compiled: string): readonly string[] {
  return globSync("**/*.js", { cwd: compiled }).map((path) => String(path).replace(/js$/, "ts"));
}

function compilerOptionsOf(file: string): unknown {
  return (JSON.parse(readFileSync(join(root, file), "utf8")) as {
    readonly compilerOptions: unknown;
  })
    .compilerOptions;
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = resolve(process.argv[2] ?? join(root, "dist"));
  buildPackages(folder);
  for (const [name, file] of packPackages(folder)) {
    console.log(`${name}: ${relative(process.cwd(), file)}`);
  }
}
