/**
 * The Debian package: the single executable, units of systemd, manual pages and documents.
 *
 *     npm run package:deb [-- FILE]    (default: dist/keepalived-ts_VERSION_ARCHITECTURE.deb)
 *
 * For the architecture of this machine. Needs Debian's `dpkg-deb`, and `strip` to be a fifth smaller.
 */

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { chmodSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { version } from "../../apps/keepalived/version.ts";
import { buildBinary } from "./binary.ts";
import { type Bundle, licencesIn, root } from "./bundle.ts";
import { example } from "./manual_configuration.ts";
import { manualPages } from "./manual_pages.ts";
import { releaseSeconds } from "./release_date.ts";

const name = "keepalived-ts";
/** Who answers for the package, as Debian's tools ask for it. */
const { DEBFULLNAME = "The keepalived-ts authors", DEBEMAIL = "keepalived-ts@localhost" } =
  process.env;
const maintainer = `${DEBFULLNAME} <${DEBEMAIL}>`;

/** The name of Debian for the architecture of this machine. */
export function architecture(): string {
  const names: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
  const known = names[process.arch];
  if (known === undefined) throw new Error(`No package for the architecture ${process.arch}`);
  return known;
}

/**
 * Makes the package.
 *
 * @param file path of it
 * @param compression how much work to do for its size, in zstd's levels; 0 is none
 */
export async function buildDeb(file: string, compression = 12): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-deb-"));
  try {
    const tree = new Tree(join(folder, "tree"));
    const program = join(folder, "keepalived");
    const bundle = await buildBinary(program);
    tree.copy(program, "usr/sbin/keepalived", 0o755);
    tree.link("../sbin/keepalived", "usr/bin/genhash");
    for (const unit of ["keepalived", "keepalived-unprivileged"]) {
      tree.copy(
        join(root, `packaging/systemd/${unit}.service`),
        `lib/systemd/system/${unit}.service`,
      );
    }
    tree.copy(join(root, "packaging/debian/keepalived.default"), "etc/default/keepalived");
    tree.write("etc/keepalived/keepalived.conf.sample", sample);
    tree.copy(
      join(root, "packaging/debian/lintian-overrides"),
      `usr/share/lintian/overrides/${name}`,
    );
    addDocuments(tree, bundle);
    addControl(tree);
    tree.settle();
    mkdirSync(dirname(file), { recursive: true });
    const how = compression === 0 ? ["-Znone"] : ["-Zzstd", `-z${compression}`];
    execFileSync("dpkg-deb", ["--root-owner-group", ...how, "--build", tree.folder, file], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(releaseSeconds()) },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is installed, as a tree of files with fixed modes and times. */
class Tree {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  write(path: string, content: string | Uint8Array, mode: number = 0o644): void {
    const file = this.#place(path);
    writeFileSync(file, content);
    chmodSync(file, mode);
  }

  copy(from: string, path: string, mode: number = 0o644): void {
    const file = this.#place(path);
    copyFileSync(from, file);
    chmodSync(file, mode);
  }

  link(target: string, path: string): void {
    symlinkSync(target, this.#place(path));
  }

  /** Regular files outside DEBIAN, by name. */
  files(): readonly string[] {
    return globSync("**/*", { cwd: this.folder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((path) => !path.startsWith("DEBIAN/")).sort();
  }

  /** Gives everything the same time, so that the same sources make the same package. */
  settle(): void {
    for (const entry of globSync("**/*", { cwd: this.folder, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) chmodSync(path, 0o755);
      if (!entry.isSymbolicLink()) utimesSync(path, releaseSeconds(), releaseSeconds());
    }
  }

  #place(path: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  }
}

const sample =
  `! A first machine of two; the second has a lower priority. keepalived.conf(5) tells the rest.
! Copy it to keepalived.conf, and check it with: keepalived config check /etc/keepalived/keepalived.conf

${example}
`;

function addDocuments(tree: Tree, bundle: Bundle): void {
  for (const [page, text] of Object.entries(manualPages())) {
    tree.write(`usr/share/man/man${page.at(-1)}/${page}.gz`, gzip(text));
  }
  const documents = `usr/share/doc/${name}`;
  for (const file of globSync("docs/*.*", { cwd: root }).map(String)) {
    tree.copy(join(root, file), `${documents}/${file.slice("docs/".length)}`);
  }
  tree.write(`${documents}/changelog.gz`, gzip(changelog()));
  tree.write(`${documents}/copyright`, copyright(bundle));
}

function addControl(tree: Tree): void {
  const sums = tree.files().map((path) => {
    const content = readFileSync(join(tree.folder, path));
    return `${createHash("md5").update(content).digest("hex")}  ${path}\n`;
  });
  const bytes = tree.files().reduce((sum, path) => sum + statSync(join(tree.folder, path)).size, 0);
  const conffiles = tree.files().filter((path) => path.startsWith("etc/")).map((path) =>
    `/${path}\n`
  );
  tree.write("DEBIAN/control", control(Math.ceil(bytes / 1024)));
  tree.write("DEBIAN/conffiles", conffiles.join(""));
  tree.write("DEBIAN/md5sums", sums.join(""));
  for (const script of ["postinst", "prerm", "postrm"]) {
    tree.copy(join(root, "packaging/debian", script), `DEBIAN/${script}`, 0o755);
  }
}

/** The libraries are those that Node is linked with, in the versions that its symbols ask for. */
function control(kilobytes: number): string {
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture()}
Maintainer: ${maintainer}
Installed-Size: ${kilobytes}
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: libatomic1 (>= 4.8), libc6 (>= 2.34), libgcc-s1 (>= 4.2), libstdc++6 (>= 10.2)
Recommends: ipvsadm
Provides: keepalived
Conflicts: keepalived
Replaces: keepalived
Section: net
Priority: optional
Description: failover of addresses and load balancing, with VRRP and IPVS
 Two or more machines share virtual addresses: one is MASTER and holds them,
 and when it fails another takes over. Connections are spread over the servers
 that are alive.
 .
 It takes the place of the package keepalived: it reads the same
 keepalived.conf, takes the same options and speaks VRRP with existing peers.
 The program brings its JavaScript runtime along.
`;
}

function changelog(): string {
  const news = globSync("CHANGES/*.md", { cwd: root }).map(String).sort()
    .flatMap((file) => readFileSync(join(root, file), "utf8").trim().split(/^- /m))
    .filter((text) => text.trim() !== "")
    .map((text) => `  * ${fill(text.trim().split(/\s+/)).join("\n    ")}\n`);
  const date = new Date(releaseSeconds() * 1000).toUTCString().replace("GMT", "+0000");
  return `${name} (${version}) unstable; urgency=medium\n\n${
    news.join("")
  }\n -- ${maintainer}  ${date}\n`;
}

/** Words in lines that are no longer than a terminal's. */
function fill(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 75) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

/** The licence of the daemon, of what is bundled with it, and of Node with all that is in it. */
function copyright(bundle: Bundle): string {
  const node = join(dirname(process.execPath), "../LICENSE");
  const parts: readonly (readonly [string, string])[] = [
    ["keepalived", readFileSync(join(root, "LICENSE"), "utf8")],
    ...licencesIn(bundle),
    [`Node.js ${process.versions.node}, the runtime in the program`, readFileSync(node, "utf8")],
  ];
  return parts.map(([of, text]) => `${of}\n${"=".repeat(of.length)}\n\n${text.trim()}\n`).join(
    "\n\n",
  );
}

function gzip(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const usual = join(root, `dist/${name}_${version}_${architecture()}.deb`);
  const file = resolve(process.argv[2] ?? usual);
  await buildDeb(file);
  console.log(`${file}: ${Math.round(statSync(file).size / 1e6)} MB`);
}
