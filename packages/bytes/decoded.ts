/** Why bytes were refused: a name from a closed set, and where in the input. */
export type DecodeError<Fault extends string> = {
  readonly fault: Fault;
  /** Index of the offending byte, 0 to the length of the input inclusive. */
  readonly offset: number;
};

/** What a total decoder returns: a value, or the fault of whoever sent the bytes. */
export type Decoded<T, Fault extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError<Fault> };

/** A decoded value. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A refusal, with the index of the byte that caused it. */
export function fault<Fault extends string>(
  fault: Fault,
  offset: number,
): { readonly ok: false; readonly error: DecodeError<Fault> } {
  return { ok: false, error: { fault, offset } };
}
