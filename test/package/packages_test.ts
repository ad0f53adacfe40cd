/** The packages as they are published, in a project that has nothing else. `npm run test:packages` does more. */

import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EmptyProject } from "../../tools/build/empty_project.ts";
import { publishedMembers } from "../../tools/build/members.ts";
import { buildPackages, packPackages } from "../../tools/build/packages.ts";
import { readmeExample } from "../../tools/build/readme_example.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-packages-"));
const project = new EmptyProject();
const members = publishedMembers();
before(() => {
  buildPackages(folder);
  project.install([...packPackages(folder).values()]);
  for (const member of members) project.write(`${member.folder}.ts`, readmeExample(member));
  const all = members.map((member) => `await import("./${member.folder}.ts");\n`);
  project.write("all.js", all.join(""));
});
after(() => {
  project[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

test("a package is code, types, README and licence: no tests, and nothing that only tests need", () => {
  for (const { folder: name } of members) {
    const files = globSync("**/*", { cwd: join(project.folder, "node_modules/@keepalived", name) });
    const stray = files.filter((file) =>
      /\./.test(file) && !/^(README\.md|package\.json|dist\/[\w/]+(\.js|\.d\.ts))$/.test(file)
    );
    assert.deepEqual(stray, [], name);
    assert.deepEqual(files.filter((file) => /_test|fixture|testing/.test(file)), [], name);
    assert.ok(files.includes("LICENSE") && files.includes("dist/mod.d.ts"), name);
  }
});

test("its types need no other compiler options than strict ones", () => project.checkTypes());

for (const runtime of ["node", "deno"]) {
  test(`each README's example runs on ${runtime}, and does what it says`, async () => {
    // In one process, which is quick; a failure names the file.
    await project.run(runtime, "all.js");
  });
}

test("jsr.json names what the sources import, and nothing is private", () => {
  for (const { folder: name, manifest } of members) {
    const written = JSON.parse(
      readFileSync(join(folder, "jsr", name, "jsr.json"), "utf8"),
    ) as { readonly name: string; readonly imports?: Readonly<Record<string, string>> };
    assert.equal(written.name, manifest.name);
    for (const file of globSync("**/*.ts", { cwd: join(folder, "jsr", name) })) {
      const source = readFileSync(join(folder, "jsr", name, String(file)), "utf8");
      for (const [, specifier = ""] of source.matchAll(/^(?:import|\}) .*from "([^".][^"]*)"/gm)) {
        if (specifier.startsWith("node:")) continue;
        const target = written.imports?.[specifier];
        assert.match(target ?? "", /^jsr:@keepalived\//, `${name}/${file}: ${specifier}`);
      }
    }
  }
});
