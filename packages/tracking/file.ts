const most = 2 ** 31 - 1;

/**
 * The number with which a tracked file begins: decimal, octal (`010`) or hexadecimal (`0x10`), after blanks and a sign.
 *
 * What follows it does not count. A file that does not begin with a number, is empty or cannot be read holds 0.
 *
 * @param text undefined: there is no such file
 * @returns a signed 32-bit integer; numbers beyond are the nearest
 */
export function parseTrackedNumber(text: string | undefined): number {
  const [, sign, hexadecimal, octal, decimal] =
    /^\s*([+-]?)(?:0x([0-9a-f]+)|(0[0-7]*)|([1-9][0-9]*))/i.exec(text ?? "") ?? [];
  const size = hexadecimal !== undefined
    ? Number.parseInt(hexadecimal, 16)
    : octal !== undefined
    ? Number.parseInt(octal, 8)
    : Number(decimal ?? 0);
  return sign === "-" ? 0 - Math.min(size, most + 1) : Math.min(size, most);
}
