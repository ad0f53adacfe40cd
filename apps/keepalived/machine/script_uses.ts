import type { Body, Command, Span, Statement } from "@keepalived/keepalived-config";

/** A place in the configuration that names a script. */
export type ScriptUse = {
  /** A tracked script, a checker, a script of the daemon's start and stop, or one that is told of changes. */
  readonly kind: "track" | "misc" | "start" | "notify";
  /** The keyword, or the name of the tracked script. */
  readonly name: string;
  /** With the user of its block, if that has one. */
  readonly command: Command;
  readonly at: Span;
  /** The process that runs it. */
  readonly process: "vrrp" | "checker" | "parent";
};

/** Every script of a configuration, in the order of the file. A test of existence (`</path`) is none. */
export function scriptUses(root: Body): readonly ScriptUse[] {
  const uses: ScriptUse[] = [];
  addUses(root, undefined, uses);
  return uses;
}

function addUses(body: Body, parent: Statement | undefined, uses: ScriptUse[]): void {
  for (const statement of body.order) {
    const command = commandOf(statement);
    if (command !== undefined && command.argv[0]?.startsWith("<") !== true) {
      uses.push(useOf(statement, command, parent));
    }
    addUses(statement.body, statement, uses);
  }
}

function commandOf({ values }: Statement): Command | undefined {
  return values.find((value): value is Command => typeof value === "object" && "argv" in value);
}

function useOf(
  { name, keyword, words: [first, second] }: Statement,
  command: Command,
  parent: Statement | undefined,
): ScriptUse {
  const at = (second ?? first).at;
  const process = keyword.process === "checker" ? "checker" : "vrrp";
  if (parent?.name === "vrrp_script") {
    const { values: [title] } = parent;
    return { kind: "track", name: String(title), command: withUser(command, parent), at, process };
  }
  if (parent?.name === "MISC_CHECK") {
    return { kind: "misc", name, command: withUser(command, parent), at, process };
  }
  if (name === "startup_script" || name === "shutdown_script") {
    return { kind: "start", name, command, at, process: "parent" };
  }
  return { kind: "notify", name, command, at, process };
}

/** The last `user` of the block. */
function withUser(command: Command, { body }: Statement): Command {
  const [user, group] = body.statements.get("user")?.at(-1)?.values ?? [];
  if (typeof user !== "string") return command;
  const identity = typeof group === "string" ? { user, group } : { user };
  return { argv: command.argv, ...identity };
}
