/**
 * The whole daemon as one JavaScript file: every role, and every library that it uses.
 *
 *     node tools/build/bundle.ts [FILE]    (default: dist/keepalived.mjs)
 */

import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/** The top folder of the project. */
export const root: string = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What came of it. */
export type Bundle = {
  readonly file: string;
  readonly bytes: number;
  /** Sources in it, relative to the top folder, by name. */
  readonly sources: readonly string[];
};

/** Makes the file. @throws if a source cannot be read or understood */
export async function bundleDaemon(file: string): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [join(root, "apps/keepalived/main.ts")],
    outfile: file,
    absWorkingDir: root,
    bundle: true,
    // Names stay: they are what a defect's stack tells.
    minifySyntax: true,
    minifyWhitespace: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    plugins: [builtins],
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  const sources = Object.keys(metafile.inputs).filter((name) => !name.startsWith("builtin:"));
  return { file, bytes, sources: sources.sort() };
}

/**
 * Modules of the runtime are asked for when the module that imports them is first needed: as imports of one file they
 * would all be loaded by every role.
 */
const builtins: Plugin = {
  name: "builtins",
  setup(build) {
    const names = builtinModules.map((name) => name.replace(/^node:/, ""));
    const filter = new RegExp(`^(node:.*|${names.join("|")})$`);
    build.onResolve({ filter }, ({ path }) => ({
      path: path.startsWith("node:") ? path : `node:${path}`,
      namespace: "builtin",
    }));
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: "js",
    }));
  },
};

/** The licences of the libraries in a bundle, by the name of each. @throws Error if one has none */
export function licencesIn({ sources }: Bundle): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const source of sources) {
    const library = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
    if (library === undefined || found.has(library)) continue;
    const names = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE"];
    const file = names.map((name) => join(root, "node_modules", library, name)).find(existsSync);
    if (file === undefined) throw new Error(`${library} is bundled and has no licence file`);
    found.set(library, readFileSync(file, "utf8"));
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { file, bytes, sources } = await bundleDaemon(
    resolve(process.argv[2] ?? join(root, "dist/keepalived.mjs")),
  );
  console.log(`${relative(process.cwd(), file)}: ${bytes} bytes of ${sources.length} sources`);
}
