import { type Command, helpOf, readArguments } from "../../config/arguments.ts";
import { print } from "../../print.ts";

/** Commands that ask the daemon; each loads only what it needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import("./status_command.ts")).STATUS,
  explain: async () => (await import("./explain_command.ts")).EXPLAIN,
  reload: async () => (await import("./reload_command.ts")).RELOAD,
  server: async () => (await import("./server_command.ts")).SERVER,
  maintenance: async () => (await import("./maintenance_command.ts")).MAINTENANCE,
};

/** Whether a word is one of them. */
export function isClientCommand(word: string | undefined): word is string {
  return word !== undefined && Object.hasOwn(commands, word);
}

/** Runs one. @throws ExitError */
export async function runClientCommand(name: string, words: readonly string[]): Promise<number> {
  const load = commands[name];
  if (load === undefined) throw new RangeError(`There is no command ${name}`);
  const command = await load();
  const given = readArguments(command, words);
  if (!given.has("help")) return await command.run(given);
  await print(helpOf(command));
  return 0;
}
