import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundle.ts";

/** What a `package.json` of this project says. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** A package that others can install. */
export type Member = {
  /** Its folder in `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
};

/** Every package of the project that is to be published, by name. */
export function publishedMembers(): readonly Member[] {
  return globSync("packages/*/package.json", { cwd: root }).map(String).sort()
    .map((file) => ({
      folder: file.split("/")[1] ?? "",
      manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** A package and all packages of this project that it needs, itself first. */
export function withDependencies(member: Member, all: readonly Member[]): readonly Member[] {
  const found = new Set([member]);
  for (const { manifest } of found) {
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const other = all.find(({ manifest }) => manifest.name === name);
      if (other !== undefined) found.add(other);
    }
  }
  return [...found];
}
