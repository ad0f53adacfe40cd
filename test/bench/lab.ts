import { type Host, Network } from "../../tools/lab/network.ts";
import { Wire } from "./wire.ts";

/**
 * Hosts on one bridge: one for a master that dies, one for the daemon that is measured, whose wire is watched, and one
 * that uses what they offer.
 */
export type Lab = {
  readonly network: Network;
  readonly master: Host;
  readonly own: Host;
  readonly client: Host;
  readonly wire: Wire;
  readonly dispose: () => Promise<void>;
};

export const masterAddress = "10.99.0.1";
export const ownAddress = "10.99.0.2";

export async function createLab(): Promise<Lab> {
  const network = await Network.create([
    { name: "master", addresses: [`${masterAddress}/24`] },
    { name: "own", addresses: [`${ownAddress}/24`] },
    { name: "client", addresses: ["10.99.0.3/24"] },
  ]);
  try {
    const [master, own, client] = ["master", "own", "client"].map((name) => network.host(name));
    if (!master || !own || !client) throw new TypeError("No hosts");
    const wire = await Wire.open(own);
    const dispose = async () => {
      wire.dispose();
      await network.dispose();
    };
    return { network, master, own, client, wire, dispose };
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
