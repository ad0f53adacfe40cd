import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "../../../tools/lab/lab.ts";
import type { Host } from "../../../tools/lab/network.ts";

/** A server of this folder on a host, and the JSON that it prints. */
export class Server<Document> {
  readonly documents: Document[] = [];
  readonly #process: ChildProcess;
  readonly #errors: string[] = [];
  #isReady = false;

  private constructor(process: ChildProcess) {
    this.#process = process;
    if (process.stdout === null) throw new Error("No output of a server");
    process.stderr?.on("data", (text) => this.#errors.push(String(text)));
    createInterface({ input: process.stdout }).on("line", (line) => {
      if (line === "ready") this.#isReady = true;
      else this.documents.push(JSON.parse(line) as Document);
    });
  }

  /** Starts one of the scripts, with Debian's Python and its packages. */
  static async start<Document>(
    host: Host,
    script: string,
    ...args: readonly string[]
  ): Promise<Server<Document>> {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const server = new Server<Document>(host.start(["/usr/bin/python3", path, ...args]));
    await until(`${script} serves`, () => server.#isReady, 20_000).catch((error) => {
      throw new Error(`${error}: ${server.#errors.join("")}`);
    });
    return server;
  }

  /** Waits for a document. */
  async next(what: string, wanted: (document: Document) => boolean): Promise<Document> {
    await until(what, () => this.documents.some(wanted));
    return this.documents.find(wanted) as Document;
  }

  [Symbol.dispose](): void {
    this.#process.kill("SIGKILL");
  }
}
