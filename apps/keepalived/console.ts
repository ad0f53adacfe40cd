import { writeSync } from "node:fs";
import process from "node:process";

/** Text that waits for a reader of standard error who is slower than the daemon. */
const mostWaitingBytes = 262_144;
const retryMs = 10;
/** Time that the end of the process waits for such a reader. */
const lastWordsMs = 200;

/** Further lines of one turn are written together, up to so many characters. */
const portionLength = 16_384;

/** What is to be written next, and the text behind it. */
let unsent = new Uint8Array(0);
let waiting = "";
let lostLines = 0;
let isHeld = false;
let triedMs = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/**
 * Writes to standard error without ever waiting for its reader.
 *
 * What cannot be written now is kept and tried again; past a limit lines are dropped, and their number is said with the
 * next one that gets through.
 */
export function writeConsole(text: string): void {
  // A reader who is slow is not asked again with every line.
  if (retry !== undefined && performance.now() - triedMs >= 1) flush();
  if (unsent.length + waiting.length + text.length > mostWaitingBytes) {
    lostLines++;
    return;
  }
  waiting += lostLines === 0 ? text : `${lostLines} lines of the log were lost\n${text}`;
  lostLines = 0;
  if (retry === undefined && (!isHeld || waiting.length >= portionLength)) flush();
  if (isHeld) return;
  isHeld = true;
  queueMicrotask(() => {
    isHeld = false;
    if (retry === undefined) flush();
  });
}

function flush(): void {
  clearTimeout(retry);
  retry = undefined;
  triedMs = performance.now();
  while (unsent.length + waiting.length > 0) {
    if (unsent.length === 0) {
      unsent = new TextEncoder().encode(waiting);
      waiting = "";
    }
    try {
      unsent = unsent.subarray(writeSync(2, unsent));
    } catch (error) {
      // EAGAIN: the reader is slow. Anything else: it has gone, and nobody is there to be told.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return later();
      unsent = new Uint8Array(0);
      waiting = "";
    }
  }
}

function later(): void {
  if (retry !== undefined) return;
  retry = setTimeout(flush, retryMs);
  retry.unref?.();
}

process.on("exit", () => {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const isDone = () => unsent.length + waiting.length === 0;
  for (let waitedMs = 0; !isDone() && waitedMs < lastWordsMs; waitedMs += retryMs) {
    flush();
    if (!isDone()) Atomics.wait(pause, 0, 0, retryMs);
  }
});
