import type { LvsGlobal } from "@keepalived/keepalived-config";
import { decodeTimeouts, getTimeouts, setTimeouts, type Timeouts } from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { answered, type Ipvs } from "./client.ts";

/** `lvs_timeouts`: how long the kernel remembers silent connections, while this process runs. */
export class ConnectionTimeouts {
  readonly #ipvs: Pick<Ipvs, "request">;
  readonly #log: Log;
  /** What the kernel had before. */
  #before: Timeouts | undefined;
  #wanted: LvsGlobal["timeoutsS"] = {};

  constructor(ipvs: Pick<Ipvs, "request">, log: Log) {
    this.#ipvs = ipvs;
    this.#log = log;
  }

  /** Sets those that are given; the others get back what they had. */
  async configure(wanted: LvsGlobal["timeoutsS"]): Promise<void> {
    const isSame = JSON.stringify(wanted) === JSON.stringify(this.#wanted);
    if (isSame) return;
    this.#wanted = wanted;
    try {
      this.#before ??= await this.#read();
      await this.#ipvs.request(setTimeouts({ ...this.#before, ...inUs(wanted) }));
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#log("error", `IPVS: ${error.message}`);
    }
  }

  async #read(): Promise<Timeouts> {
    const request = getTimeouts();
    const [body] = await this.#ipvs.request(request);
    return answered(request, decodeTimeouts(body ?? new Uint8Array(0)));
  }
}

function inUs({ tcp, tcpFin, udp }: LvsGlobal["timeoutsS"]): Partial<Timeouts> {
  return {
    ...tcp !== undefined && { tcpUs: tcp * 1_000_000 },
    ...tcpFin !== undefined && { tcpFinUs: tcpFin * 1_000_000 },
    ...udp !== undefined && { udpUs: udp * 1_000_000 },
  };
}
