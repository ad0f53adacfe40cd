import process from "node:process";

/**
 * The words that run a program so that nothing of it can stay behind, where this user may do that: in a process namespace
 * that ends with it, with a folder in memory that is its own.
 *
 * @param folder where that memory is to be
 */
export function isolate(
  words: readonly string[],
  folder: string,
  memoryMb: number,
): readonly string[] {
  // A guest that panics aborts itself, and its memory is no use in a core file.
  const quiet = 'ulimit -c 0; "$@"; exit $?';
  if (process.getuid?.() !== 0) return ["sh", "-c", quiet, "sh", ...words];
  const size = memoryMb + 128;
  return [
    ...["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"],
    ...["sh", "-c", `mount -t tmpfs -o size=${size}M,mode=700 guest ${folder} && ${quiet}`, "sh"],
    ...words,
  ];
}
