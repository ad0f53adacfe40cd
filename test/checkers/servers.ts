/** Real servers of Debian packages, on ports of 127.0.0.1. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import process from "node:process";

/** A folder for what servers read and write. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), "keepalived-checkers-"));

  write(name: string, text: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A program that serves on a port until disposed. */
export class Server {
  readonly port: number;
  readonly output: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
    this.#ended = once(child, "close");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => this.output.push(String(chunk)));
    }
  }

  /** Starts a program, and waits until it answers on its port. */
  static async start(
    program: string,
    args: (port: number) => readonly string[],
    { packageName, udp = false, port }: {
      readonly packageName: string;
      readonly udp?: boolean;
      readonly port?: number;
    },
  ): Promise<Server> {
    const path = find(program, packageName);
    const chosen = port ?? await freePort();
    const child = spawn(path, args(chosen), { stdio: ["ignore", "pipe", "pipe"] });
    const server = new Server(chosen, child);
    for (let i = 0; i < 200; i++) {
      if (child.exitCode !== null) break;
      if (udp ? server.output.length > 0 : await answers(chosen)) return server;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill("SIGKILL");
    throw new Error(`${program} does not serve on port ${chosen}: ${server.output.join("")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}

/** nginx with these lines in its `http` block; `PORT` and `FOLDER` stand for what they are. */
export async function nginx(folder: Folder, lines: string, tls?: Certificate): Promise<Server> {
  const port = await freePort();
  const listen = tls === undefined
    ? `listen 127.0.0.1:${port};`
    : `listen 127.0.0.1:${port} ssl;\nssl_certificate ${tls.certificate};\n` +
      `ssl_certificate_key ${tls.key};`;
  const config = folder.write(
    `nginx-${port}.conf`,
    `daemon off;\nmaster_process off;\nworker_processes 1;\npid ${folder.path}/nginx-${port}.pid;\n` +
      `error_log stderr;\nevents {\n}\nhttp {\naccess_log off;\n` +
      `client_body_temp_path ${folder.path}/body;\nproxy_temp_path ${folder.path}/proxy;\n` +
      `fastcgi_temp_path ${folder.path}/fastcgi;\nuwsgi_temp_path ${folder.path}/uwsgi;\n` +
      `scgi_temp_path ${folder.path}/scgi;\nserver {\n${listen}\n` +
      `${lines.replaceAll("FOLDER", folder.path)}\n}\n}\n`,
  );
  return Server.start("nginx", () => ["-e", "stderr", "-c", config, "-p", folder.path], {
    packageName: "nginx",
    port,
  });
}

export type Certificate = { readonly certificate: string; readonly key: string };

/** A certificate for a name that nobody has signed but itself. */
export function selfSigned(
  folder: Folder,
  name: string,
  more: readonly string[] = [],
): Certificate {
  const [key, certificate] = ["key", "crt"].map((end) => join(folder.path, `${name}.${end}`));
  if (key === undefined || certificate === undefined) throw new RangeError("No files");
  const { status, stderr } = spawnSync(find("openssl", "openssl"), [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-keyout", key, "-out", certificate, "-days", "30", "-subj", `/CN=${name}`],
    ...["-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`, ...more],
  ], { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl cannot make a certificate: ${stderr}`);
  return { certificate, key };
}

/** The path of a program. @throws Error that names the package */
export function find(program: string, packageName: string): string {
  const folders = isAbsolute(program)
    ? ["/"]
    : [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // Not in this folder.
    }
  }
  throw new Error(`${program} is missing: apt-get install ${packageName}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const result = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return result;
}
