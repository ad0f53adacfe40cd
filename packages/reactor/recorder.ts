/** One line of a recording: how a machine began, what came to it, or what it made of that. */
export type Recording =
  & {
    /** The name of the machine's host. */
    readonly machine: string;
    readonly atUs: number;
  }
  & (
    | { readonly start: { readonly config: unknown; readonly seed: number } }
    | { readonly event: unknown }
    | { readonly configured: unknown }
    /** Of the line of this machine before, if there are any. */
    | { readonly actions: readonly unknown[] }
  );

/** Is told everything that a machine's steps depend on and what comes of them, in order. */
export type Recorder = (recording: Recording) => void;

/** A recorder that writes JSON lines: a bug report that can be stepped again. @param sink takes each line, without its end */
export function jsonRecorder(sink: (line: string) => void): Recorder {
  return (recording) => sink(JSON.stringify(recording));
}
