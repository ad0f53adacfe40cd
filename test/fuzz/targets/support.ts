import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type Decoded, parseHex } from "@keepalived/bytes";
import { type Diagnostic, diagnosticPrinter, type Sources } from "@keepalived/conf-parser";
import {
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  etherType,
  type Ipv4Packet,
  type Ipv6Packet,
} from "@keepalived/inet-codec";

/** The first byte of an input chooses how the rest is used. */
export function split(input: Uint8Array): { readonly choice: number; readonly bytes: Uint8Array } {
  return { choice: input[0] ?? 0, bytes: input.slice(1) };
}

/** An input that {@linkcode split} parts again. */
export function join(choice: number, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + bytes.length);
  input[0] = choice;
  input.set(bytes, 1);
  return input;
}

/**
 * What holds of every codec: faults lie inside the input, a value is its own owner, and what is written of it reads back
 * as it was, and is written the same again.
 *
 * @returns the value, if the bytes are accepted
 */
export function obeyCodec<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Decoded<T, string>,
  encode?: (value: T) => Uint8Array,
): T | undefined {
  const lent = bytes.slice();
  const decoded = decode(lent);
  if (!decoded.ok) {
    const { fault, offset } = decoded.error;
    assert.ok(Number.isInteger(offset) && offset >= 0 && offset <= bytes.length, fault);
    return undefined;
  }
  assert.deepEqual(lent, bytes, "the input is not written to");
  lent.fill(0xa5);
  assert.deepEqual(decoded, decode(bytes), "the value owns its data");
  if (encode !== undefined) {
    const wire = encode(decoded.value);
    const again = decode(wire);
    assert.deepEqual(again, decoded, "what was written reads back");
    assert.deepEqual(again.ok && encode(again.value), wire, "there is one way to write it");
  }
  return decoded.value;
}

/** Frames in a folder of captures: lines of hexadecimal digits, ended by a line that begins with `>`. */
export function framesIn(folder: URL): Uint8Array[] {
  return readdirSync(folder).filter((name) => name.endsWith(".txt")).sort().flatMap((name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    return [...text.matchAll(/((?:^[0-9a-f]+\n)+)> /gm)].map(([, hex = ""]) => bytesOf(hex));
  });
}

/** The IP packet of a frame, without an Authentication Header. */
export function packetOf(frame: Uint8Array): Ipv4Packet | Ipv6Packet | undefined {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok) return undefined;
  const { payload } = ethernet.value;
  const packet = ethernet.value.etherType === etherType.ipv4
    ? decodeIpv4(payload)
    : ethernet.value.etherType === etherType.ipv6
    ? decodeIpv6(payload)
    : undefined;
  if (packet?.ok !== true) return undefined;
  if (packet.value.protocol !== 51) return packet.value;
  const header = decodeAuthenticationHeader(packet.value.payload);
  if (!header.ok) return undefined;
  const { protocol, payload: inner } = header.value;
  return { ...packet.value, protocol, payload: inner };
}

/** Texts of hexadecimal digits anywhere in a JSON file. */
export function hexIn(file: URL): Uint8Array[] {
  const found: Uint8Array[] = [];
  const look = (value: unknown) => {
    if (typeof value === "string" && /^(?:[0-9a-f]{2}){16,}$/.test(value)) {
      found.push(bytesOf(value));
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(JSON.parse(readFileSync(file, "utf8")));
  return found;
}

export function bytesOf(hex: string): Uint8Array {
  const bytes = parseHex(hex);
  assert.ok(bytes !== undefined, hex);
  return bytes;
}

/** Each finding has its place in a file that was read, and is printed without anything that drives a terminal. */
export function obeyDiagnostics(diagnostics: readonly Diagnostic[], sources: Sources): void {
  const lines = new Map([...sources].map(([file, text]) => [file, text.split("\n")]));
  const print = diagnosticPrinter(sources);
  for (const diagnostic of diagnostics) {
    const { at, code, message } = diagnostic;
    const line = lines.get(at.file)?.[at.line - 1];
    assert.ok(line !== undefined, `${code} in line ${at.line} of ${at.file}`);
    assert.ok(at.column >= 1 && at.column <= line.length + 1 && at.length >= 1, code);
    assert.notEqual(message, "");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(print(diagnostic), /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
  }
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** As it would come from a file. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The input in pieces; the shorter `size`, the more. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}
