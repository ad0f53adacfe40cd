/** Something that takes bytes from elsewhere, and what must hold whatever they are. */
export type Target = {
  readonly name: string;
  /** What is fed, in a few words. */
  readonly about: string;
  /** What `check` asserts. */
  readonly laws: readonly string[];
  /** Whether lines and words mean something in the input. */
  readonly isText: boolean;
  /** Longest input that is tried. */
  readonly mostBytes: number;
  /** Good inputs to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words that mean something and do not stand in the code as they are. */
  readonly words?: () => readonly string[];
  /** @throws what `node:assert` throws if a law is broken, or anything that the code under test throws */
  readonly check: (input: Uint8Array) => void | Promise<void>;
};
