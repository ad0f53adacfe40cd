import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { root } from "./bundle.ts";

/** A folder outside the project, as somebody has it who begins with our packages. Gone when disposed. */
export class EmptyProject implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "keepalived-empty-project-"));

  constructor() {
    this.write("package.json", '{ "private": true, "type": "module" }\n');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** `npm install` of tarballs, without asking the registry: what is optional and not here is left out. */
  install(tarballs: readonly string[]): void {
    const options = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    execFileSync("npm", ["install", ...options, ...tarballs], { cwd: this.folder });
  }

  /** Runs a file of the folder. @param program a runtime. @throws Error with what it said, if it fails */
  async run(program: string, file: string): Promise<string> {
    const isDeno = /deno$/.test(program);
    const args = isDeno
      ? ["run", "--quiet", "--allow-all", file]
      : ["--disable-warning=ExperimentalWarning", file];
    const options = { cwd: this.folder, timeout: 300_000, env: { ...process.env, NO_COLOR: "1" } };
    return (await promisify(execFile)(program, args, options)).stdout;
  }

  /** Checks the types of all TypeScript in the folder, those of the packages too. @throws Error if they are wrong */
  checkTypes(): void {
    for (const name of ["@types/node", "undici-types"]) {
      const target = join(this.folder, "node_modules", name);
      cpSync(join(root, "node_modules", name), target, { recursive: true });
    }
    this.#tsc({ noEmit: true, skipLibCheck: false });
  }

  /** Writes JavaScript beside all TypeScript of the folder, for versions of Node that take no types out. */
  compile(): void {
    this.#tsc({ noCheck: true });
  }

  #tsc(more: Readonly<Record<string, boolean>>): void {
    const compilerOptions = {
      strict: true,
      target: "es2022",
      lib: ["esnext"],
      module: "nodenext",
      types: ["node"],
      ...more,
    };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "."], { cwd: this.folder });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
