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
  const quiet = "ulimit -c 0";
  // User Mode Linux makes a session of its own, so it must be the process that is started.
  if (process.getuid?.() !== 0) return ["sh", "-c", `${quiet}; exec "$@"`, "sh", ...words];
  const mount = `mount -t tmpfs -o size=${memoryMb + 128}M,mode=700 guest ${folder}`;
  return [
    ...["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"],
    // The first process of a namespace would survive its own abort.
    ...["sh", "-c", `${quiet}; ${mount} && { "$@"; exit $?; }`, "sh"],
    ...words,
  ];
}
