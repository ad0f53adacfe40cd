import { cString, parseCString } from "./buffers.ts";
import { libc } from "./libc.ts";

const IF_NAMESIZE = 16;

/** The index of a network interface, or undefined if there is none of this name. */
export function interfaceIndex(name: string): number | undefined {
  const index = libc().calls.if_nametoindex(cString(name));
  return index > 0 ? index : undefined;
}

/** The name of a network interface, or undefined if there is none with this index. */
export function interfaceName(index: number): string | undefined {
  const name = new Uint8Array(IF_NAMESIZE);
  // The result is a pointer of which we see the low half: what was written tells success.
  libc().calls.if_indextoname(index, name);
  return name[0] === 0 ? undefined : parseCString(name);
}
