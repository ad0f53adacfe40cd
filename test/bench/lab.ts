import { type Host, Network } from "../../tools/lab/network.ts";
import { Wire } from "./wire.ts";

/** Two hosts on one bridge: one for a master that dies, one for the daemon that is measured, whose wire is watched. */
export type Lab = {
  readonly master: Host;
  readonly own: Host;
  readonly wire: Wire;
  readonly dispose: () => Promise<void>;
};

export const masterAddress = "10.99.0.1";
export const ownAddress = "10.99.0.2";

export async function createLab(): Promise<Lab> {
  const network = await Network.create([
    { name: "master", addresses: [`${masterAddress}/24`] },
    { name: "own", addresses: [`${ownAddress}/24`] },
  ]);
  try {
    const own = network.host("own");
    const wire = await Wire.open(own);
    const dispose = async () => {
      wire.dispose();
      await network.dispose();
    };
    return { master: network.host("master"), own, wire, dispose };
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
