import type { Random } from "./random.ts";

/** What a change of an input may make use of. */
export type Supply = {
  readonly random: Random;
  /** Byte strings that mean something to the code. */
  readonly words: readonly Uint8Array[];
  /** Another input, to take a piece from. */
  readonly other: () => Uint8Array;
  /** Whether lines mean something. */
  readonly isText: boolean;
  readonly mostBytes: number;
};

type Change = (input: Uint8Array, supply: Supply) => Uint8Array;

/** A changed copy: few small changes more often than many. */
export function mutate(input: Uint8Array, supply: Supply): Uint8Array {
  const { random, isText, mostBytes } = supply;
  const changes = isText ? textChanges : byteChanges;
  let changed = input;
  for (let i = 1 << random.small(4); i > 0; i--) changed = random.pick(changes)(changed, supply);
  return changed.length > mostBytes ? changed.slice(0, mostBytes) : changed;
}

const flip: Change = (input, { random }) =>
  withByte(input, random, (byte) => byte ^ (1 << random.below(8)));

const set: Change = (input, { random }) => withByte(input, random, () => random.below(256));

const add: Change = (input, { random }) =>
  withByte(input, random, (byte) => byte + random.below(33) - 16);

/** A byte, or two or four in either order, that lie at a limit. */
const limit: Change = (input, { random }) => {
  const width = random.pick([1, 2, 4]);
  if (input.length < width) return input;
  const copy = input.slice();
  const view = new DataView(copy.buffer);
  const at = random.below(input.length - width + 1);
  const littleEndian = random.isOneIn(2);
  const value = random.pick([0, 1, -1, 0x7f, 0x80, 0x7fff, 0x8000, 0x7fff_ffff, 16, 255, 256]);
  if (width === 1) view.setUint8(at, value);
  else if (width === 2) view.setUint16(at, value, littleEndian);
  else view.setUint32(at, value, littleEndian);
  return copy;
};

/** A small number more or less in a field of two or four bytes. */
const addWide: Change = (input, { random }) => {
  const width = random.pick([2, 4]);
  if (input.length < width) return input;
  const copy = input.slice();
  const view = new DataView(copy.buffer);
  const at = random.below(input.length - width + 1);
  const littleEndian = random.isOneIn(2);
  const difference = random.below(33) - 16;
  if (width === 2) view.setUint16(at, view.getUint16(at, littleEndian) + difference, littleEndian);
  else view.setUint32(at, view.getUint32(at, littleEndian) + difference, littleEndian);
  return copy;
};

const remove: Change = (input, { random }) => {
  const [from, to] = range(input, random);
  return replace(input, from, to, nothing);
};

const repeat: Change = (input, { random }) => {
  const [from, to] = range(input, random);
  return replace(input, to, to, input.subarray(from, to));
};

/** A piece of the input at another place of it, in between or on top. */
const copy: Change = (input, { random }) => {
  const [from, to] = range(input, random);
  const at = random.below(input.length + 1);
  return replace(input, at, random.isOneIn(2) ? at : at + to - from, input.subarray(from, to));
};

const insert: Change = (input, { random }) => {
  const at = random.below(input.length + 1);
  const piece = new Uint8Array(1 + random.small(16)).map(() => random.below(256));
  return replace(input, at, at, random.isOneIn(2) ? piece : piece.fill(piece[0] ?? 0));
};

const word: Change = (input, { random, words }) => {
  if (words.length === 0) return input;
  const piece = random.pick(words);
  const at = random.below(input.length + 1);
  return replace(input, at, random.isOneIn(2) ? at : at + piece.length, piece);
};

/** The beginning of one, the end of another. */
const splice: Change = (input, { random, other }) => {
  const second = other();
  return replace(
    input,
    random.below(input.length + 1),
    input.length,
    second.subarray(
      random.below(second.length + 1),
    ),
  );
};

/** A piece of another. */
const graft: Change = (input, { random, other }) => {
  const second = other();
  const [from, to] = range(second, random);
  const at = random.below(input.length + 1);
  return replace(input, at, random.isOneIn(2) ? at : at + to - from, second.subarray(from, to));
};

/** Another word for one that is there. */
const exchangeWord: Change = (input, { random, words }) => {
  if (words.length === 0) return input;
  const [from, to] = stretch(input, random, isWordByte);
  return replace(input, from, to, random.pick(words));
};

const exchangeNumber: Change = (input, { random }) => {
  const [from, to] = stretch(input, random, (byte) => byte >= 0x30 && byte <= 0x39);
  const value = random.pick([
    "0",
    "1",
    "-1",
    "255",
    "256",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "0.5",
    "1e9",
    "99999999999999999999",
    "0x10",
    "007",
    "+5",
    "",
  ]);
  return replace(
    input,
    from,
    to,
    encoder.encode(random.isOneIn(2) ? value : `${random.below(300)}`),
  );
};

/** A line away, twice, or at another place; or one of another input. */
const line: Change = (input, { random, other }) => {
  const [from, to] = stretch(input, random, (byte) => byte !== newline);
  const end = Math.min(to + 1, input.length);
  if (random.isOneIn(4)) return replace(input, from, end, nothing);
  const source = random.isOneIn(2) ? input : other();
  const [first, last] = stretch(source, random, (byte) => byte !== newline);
  const piece = source.subarray(first, Math.min(last + 1, source.length));
  return replace(input, from, random.isOneIn(2) ? from : end, piece);
};

const byteChanges: readonly Change[] = [
  flip,
  flip,
  set,
  set,
  add,
  limit,
  addWide,
  remove,
  repeat,
  copy,
  insert,
  word,
  splice,
  graft,
];
const textChanges: readonly Change[] = [
  flip,
  set,
  remove,
  repeat,
  copy,
  insert,
  word,
  word,
  splice,
  graft,
  exchangeWord,
  exchangeWord,
  exchangeNumber,
  line,
  line,
];

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
const newline = 0x0a;

function isWordByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x7b && byte !== 0x7d && byte !== 0x22;
}

function withByte(
  input: Uint8Array,
  random: Random,
  change: (byte: number) => number,
): Uint8Array {
  if (input.length === 0) return input;
  const copy = input.slice();
  const at = random.below(input.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** From and to; short ones more often. */
function range(input: Uint8Array, random: Random): readonly [number, number] {
  const length = Math.min(input.length, 1 + random.small(input.length));
  const from = random.below(input.length - length + 1);
  return [from, from + length];
}

/** Around some place the bytes that belong together. */
function stretch(
  input: Uint8Array,
  random: Random,
  belongs: (byte: number) => boolean,
): readonly [number, number] {
  let from = random.below(input.length + 1);
  while (from < input.length && !belongs(input[from] ?? 0)) from++;
  let to = from;
  while (from > 0 && belongs(input[from - 1] ?? 0)) from--;
  while (to < input.length && belongs(input[to] ?? 0)) to++;
  return [from, to];
}

function replace(input: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const tail = input.subarray(Math.min(to, input.length));
  const changed = new Uint8Array(from + piece.length + tail.length);
  changed.set(input.subarray(0, from));
  changed.set(piece, from);
  changed.set(tail, from + piece.length);
  return changed;
}
