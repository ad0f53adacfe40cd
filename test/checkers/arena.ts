import type { Ending } from "@keepalived/checkers";
import { loadConfig } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import { type Exchange, startExchange } from "../../apps/keepalived/check/exchange/exchange.ts";
import { readTlsIdentity } from "../../apps/keepalived/check/exchange/tls_identity.ts";
import type {
  ExchangeTools,
  ScheduledChecker,
} from "../../apps/keepalived/check/exchange/tools.ts";

/** How an attempt ended, and how long it took. */
export type Outcome = { readonly ending: Ending; readonly ms: number };

/** An event loop in which attempts are made, as the checker process makes them. */
export class Arena {
  readonly reactor: Reactor = new Reactor();
  readonly #loop: Promise<void> = this.reactor.run();

  /**
   * Makes one attempt of a checker, written as in keepalived.conf.
   *
   * @param block `TCP_CHECK { … }`, of a real server 127.0.0.1 port 1 with `connect_timeout 1`
   * @param more what stands outside of the virtual server, such as an `SSL` block
   */
  attempt(block: string, more = "", part = 0): Promise<Outcome> {
    const { checker, tools } = this.prepare(block, more);
    return this.run((done) => void startExchange(checker, part, tools, done));
  }

  /** The reason why an attempt failed; "" if it did not. */
  async failure(block: string, more = ""): Promise<string> {
    const { ending } = await this.attempt(block, more);
    return ending.ok ? "" : `${ending.failure.code}: ${ending.failure.text}`;
  }

  /** Begins an attempt that is left to the caller. */
  begin(block: string, done: (ending: Ending) => void): Exchange {
    const { checker, tools } = this.prepare(block);
    return startExchange(checker, 0, tools, done);
  }

  /** @throws Error with what the configuration check has to say */
  prepare(block: string, more = ""): { checker: ScheduledChecker; tools: ExchangeTools } {
    const text = `${more}\nvirtual_server 127.0.0.9 1 {\nprotocol TCP\nlvs_sched rr\n` +
      `lvs_method NAT\nconnect_timeout 1\nreal_server 127.0.0.1 1 {\n${block}\n}\n}\n`;
    const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
    const [problem] = diagnostics;
    if (config === undefined || problem !== undefined) throw new Error(problem?.message);
    const checker = config.virtualServers[0]?.realServers[0]?.checkers[0];
    if (checker === undefined || checker.kind === "file" || checker.kind === "bfd") {
      throw new Error(`No checker with attempts: ${block}`);
    }
    const { identity, problems } = readTlsIdentity(config.tlsClient);
    if (problems[0] !== undefined) throw new Error(problems[0]);
    const tools = { reactor: this.reactor, scripts: config.global.scripts, tls: identity };
    return { checker, tools };
  }

  async run(start: (done: (ending: Ending) => void) => void): Promise<Outcome> {
    const startMs = performance.now();
    const ending = await new Promise<Ending>((resolve) => start(resolve));
    return { ending, ms: performance.now() - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reactor.stop();
    await this.#loop;
    this.reactor[Symbol.dispose]();
  }
}
