import { jsonRecorder, type Recorder } from "@keepalived/reactor";
import type { Log } from "./log.ts";
import { LogFile } from "./log/log_file.ts";

/**
 * A recorder that adds to the end of a file, which is never waited for: a disk that does not keep up costs lines.
 *
 * The process that takes the place of another one begins its machines anew, in the same file.
 */
export function openRecording(path: string, log: Log): Recorder & Disposable {
  const file = new LogFile({
    path,
    flush: false,
    note: (lost) => `${JSON.stringify({ lost })}\n`,
    onTrouble: (reason) => {
      if (reason !== undefined) log("warning", `Cannot write the recording ${path}: ${reason}`);
    },
  });
  const record = jsonRecorder((line) => file.write(`${line}\n`));
  return Object.assign(record, { [Symbol.dispose]: () => file[Symbol.dispose]() });
}
