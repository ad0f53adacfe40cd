/**
 * Each package alone, as others get it: from tarballs into an empty project, on every runtime; and the dry runs of
 * publishing.
 *
 *     npm run test:packages [-- --node PATH ...]    with other versions of Node as well
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { EmptyProject } from "./empty_project.ts";
import { publishedMembers, withDependencies } from "./members.ts";
import { buildPackages, packPackages } from "./packages.ts";
import { readmeExample } from "./readme_example.ts";

const count = { passed: 0, failed: 0 };

async function attempt(name: string, run: () => unknown): Promise<void> {
  try {
    await run();
    count.passed++;
    console.log(`ok - ${name}`);
  } catch (error) {
    count.failed++;
    const { message, stdout = "", stderr = "" } = error as Error & Record<string, string>;
    console.log(`not ok - ${name}\n${message}\n${stdout}${stderr}`);
  }
}

async function main(nodes: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-packages-"));
  try {
    buildPackages(folder);
    await checkAlone(packPackages(folder), ["node", "deno", ...nodes]);
    for (const member of publishedMembers()) {
      const cwd = join(folder, "npm", member.folder);
      await attempt(
        `${member.manifest.name}: npm publish --dry-run`,
        () => execFileSync("npm", ["publish", "--dry-run", "--offline"], { cwd, stdio: "pipe" }),
      );
    }
    await attempt(
      "all: deno publish --dry-run",
      () =>
        execFileSync("deno", ["publish", "--dry-run", "--allow-dirty"], {
          cwd: join(folder, "jsr"),
          stdio: "pipe",
        }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function checkAlone(
  tarballs: ReadonlyMap<string, string>,
  runtimes: readonly string[],
): Promise<void> {
  const members = publishedMembers();
  for (const member of members) {
    const { name } = member.manifest;
    using project = new EmptyProject();
    const needed = withDependencies(member, members).map((one) => one.manifest.name);
    await attempt(`${name}: installs with ${needed.length - 1} others of the project`, () => {
      project.install(needed.map((name) => tarballs.get(name) ?? name));
    });
    project.write("example.ts", readmeExample(member));
    await attempt(`${name}: types of its example`, () => project.checkTypes());
    project.compile();
    for (const runtime of runtimes) {
      const file = runtime === "deno" ? "example.ts" : "example.js";
      await attempt(`${name}: example on ${runtime}`, () => project.run(runtime, file));
    }
  }
}

const { node = [] } = parseArgs(process.argv.slice(2), { string: ["node"], collect: ["node"] });
await main(node as readonly string[]);
console.log(`${count.passed} passed, ${count.failed} failed`);
if (count.failed > 0) process.exitCode = 1;
