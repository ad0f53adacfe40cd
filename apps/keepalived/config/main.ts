import { ExitError } from "../exit_status.ts";
import { type Command, helpOf, readArguments } from "./arguments.ts";
import { print } from "../print.ts";
import { configStatus } from "./status.ts";

/** Each loads only what it needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import("./check.ts")).CHECK,
  show: async () => (await import("./show.ts")).SHOW,
  explain: async () => (await import("./explain.ts")).EXPLAIN,
  convert: async () => (await import("./convert.ts")).CONVERT,
  diff: async () => (await import("./diff.ts")).DIFF,
  schema: async () => (await import("./schema.ts")).SCHEMA,
};

/** `keepalived config …`: work with configurations, without a daemon. */
export async function runConfig([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    await print(await overview());
    return configStatus.ok;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const hint = "Try 'keepalived config --help'.";
    throw new ExitError(configStatus.usage, `config: no command '${name}'\n${hint}`);
  }
  const command = await load();
  const given = readArguments(command, words);
  if (!given.has("help")) return await command.run(given);
  await print(helpOf(command));
  return configStatus.ok;
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const rows = all.map(({ name, operands, summary }) =>
    `  ${[name.slice("config ".length), ...operands].join(" ").padEnd(18)} ${summary}\n`
  );
  return `Usage: keepalived config COMMAND [OPTION...]

Works with configurations, without a daemon. Files named .yaml, .yml or .json are plain data, all others keepalived.conf.

${rows.join("")}
'keepalived config COMMAND --help' says more.
`;
}
