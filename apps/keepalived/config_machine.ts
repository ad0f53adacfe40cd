import {
  type Diagnostic,
  type GlobalConfig,
  type LoadedConfig,
  sortDiagnostics,
  type Span,
  type Statement,
} from "@keepalived/keepalived-config";
import { type Identity, type Machine, thisMachine } from "./machine/machine.ts";
import { examineScript, type ScriptVerdict } from "./machine/script.ts";
import { type ScriptUse, scriptUses } from "./machine/script_uses.ts";
import { withoutScripts } from "./machine/without_scripts.ts";

/**
 * Checks what a configuration wants of this machine: scripts that exist and are safe, users and groups that exist.
 *
 * Scripts that cannot run, or must not, are left out of the configuration. What the C daemon says of them in its log alone
 * has codes that do not count for the result of a test.
 */
export function checkMachine(loaded: LoadedConfig, machine: Machine = thisMachine): LoadedConfig {
  const { config, root } = loaded;
  if (config === undefined || root === undefined) return loaded;
  const check = new Check(config.global.scripts, machine);
  const globals = root.statements.get("global_defs")?.flatMap(({ body }) => body.order) ?? [];
  const user = globals.findLast(({ name }) => name === "script_user");
  if (user !== undefined) check.checkDefault(placeOf(user));
  for (const statement of globals) {
    if (statement.name.endsWith("notify_fifo")) check.checkFifo(statement);
  }
  const disabled = scriptUses(root).filter((use) => !check.mayRun(use));
  check.reportViolations();
  return {
    ...loaded,
    config: withoutScripts(config, disabled),
    diagnostics: sortDiagnostics([...loaded.diagnostics, ...check.diagnostics], loaded.sources),
  };
}

/** The first word behind the keyword. */
function placeOf({ words: [keyword, first] }: Statement): Span {
  return (first ?? keyword).at;
}

/** Texts of the C daemon, which operators search for. */
const RUNNERS = { vrrp: "scripts", checker: "check scripts", parent: "start/shutdown scripts" };

/** The scripts of one configuration, one after the other. */
class Check {
  readonly diagnostics: Diagnostic[] = [];
  readonly #settings: GlobalConfig["scripts"];
  readonly #machine: Machine;
  /** Who runs scripts that name no user, or why nobody; undefined: nobody has asked yet, which may cost a process. */
  #known: Identity | string | undefined;
  #defaultReported = false;
  readonly #verdicts = new Map<string, ScriptVerdict>();
  readonly #counted = new Map<ScriptUse["process"], { at: Span; unsafe?: string }>();

  constructor(settings: GlobalConfig["scripts"], machine: Machine) {
    this.#settings = settings;
    this.#machine = machine;
  }

  get #default(): Identity | string {
    const { user, security } = this.#settings;
    return this.#known ??= user !== undefined
      ? this.#identityOf(user)
      : this.#machine.userOf("keepalived_script") ??
        (security
          ? "there is no user 'keepalived_script': create it, or set script_user"
          : this.#machine.daemon);
  }

  /** `script_user` itself. */
  checkDefault(at: Span): void {
    if (typeof this.#default !== "string") return;
    this.#defaultReported = true;
    this.#warn("script-user", "Error setting global script uid/gid", at, this.#default);
  }

  /** The user of a FIFO; without one that exists it belongs to the daemon. */
  checkFifo(statement: Statement): void {
    const [path, user, group] = statement.values;
    if (typeof user !== "string") return;
    const identity = this.#identityOf(typeof group === "string" ? { user, group } : { user });
    if (typeof identity !== "string") return;
    const message = `Invalid user/group for ${statement.name} ${path} - ignoring`;
    this.#warn("script-ignored", message, placeOf(statement), identity);
  }

  /** Whether a script can run and may; if not, the reason has been reported. */
  mayRun(use: ScriptUse): boolean {
    const identity = this.#runnerOf(use);
    if (identity === undefined) return false;
    const { security } = this.#settings;
    const program = use.command.argv[0] ?? "";
    const { path, fault, unsafe, searched } = this.#examine(program, identity);
    if (fault?.kind === "not-found") {
      this.#refuse(use, path, "since not found/accessible", fault);
      return false;
    }
    // The C daemon counts these two, although it does not run them.
    if (fault !== undefined) {
      this.#count(use);
      if (fault.kind === "not-executable") {
        this.#warn("script-not-executable", fault.message, use.at, fault.reason);
      } else this.#refuse(use, path, "due to insecure", fault);
      return false;
    }
    if (searched) {
      const message = `WARNING - script \`${program}\` resolved by path search to \`${path}\`.` +
        " Please specify full path.";
      this.#warn("script-path", message, use.at, "PATH may be another one at the next start");
    }
    if (unsafe !== undefined && security) {
      const message = `Unsafe permissions found for script '${path}' - disabling.`;
      this.#refuse(use, path, "due to insecure", { message, reason: unsafe });
      return false;
    }
    this.#count(use, unsafe);
    return true;
  }

  /** One message a process that would run scripts without `enable_script_security`. */
  reportViolations(): void {
    if (this.#settings.security) return;
    for (const [process, { at, unsafe }] of this.#counted) {
      const message = `SECURITY VIOLATION - ${RUNNERS[process]} are being executed but` +
        ` script_security not enabled.${
          unsafe === undefined ? "" : " There are insecure scripts."
        }`;
      this.#warn("script-security", message, at, unsafe ?? "set enable_script_security");
    }
  }

  /** Each file is looked at once for each who runs it: thousands of servers may share a script. */
  #examine(program: string, identity: Identity): ScriptVerdict {
    const key = `${identity.uid} ${identity.gid} ${program}`;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const { symlinkPaths } = this.#settings;
    const verdict = examineScript(program, identity, this.#machine, symlinkPaths);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #count({ process, at }: ScriptUse, unsafe?: string): void {
    const counted = this.#counted.get(process);
    const worst = counted?.unsafe ?? unsafe;
    this.#counted.set(process, {
      at: counted?.unsafe !== undefined || unsafe === undefined ? counted?.at ?? at : at,
      ...(worst === undefined ? {} : { unsafe: worst }),
    });
  }

  /** Says that a script is left out. Of a tracked one the C daemon says so in its test; of others in the log alone. */
  #refuse(
    use: ScriptUse,
    path: string,
    why: string,
    { message, reason }: { readonly message: string; readonly reason: string },
  ): void {
    if (use.kind === "track") {
      const text = `Disabling track script ${use.name} ${why}`;
      this.#warn("script-disabled", text, use.at, `${message}: ${reason}`);
    } else if (use.kind === "misc") {
      const text = `Disabling misc script '${path}' ${why}`;
      this.#warn("script-ignored", text, use.at, `${message}: ${reason}`);
    } else this.#warn("script-ignored", message, use.at, reason);
  }

  /** Who runs a script; undefined after a report if that is nobody. */
  #runnerOf(use: ScriptUse): Identity | undefined {
    const { user, group } = use.command;
    const named = user !== undefined;
    const identity = named
      ? this.#identityOf(group === undefined ? { user } : { user, group })
      : this.#default;
    if (typeof identity !== "string") return identity;
    if (!named && !this.#defaultReported) {
      this.#defaultReported = true;
      const message = "Unable to set default user keepalived_script for script";
      this.#warn("script-user", message, use.at, identity);
    }
    const { code, message } = refusalOf(use, named);
    this.#warn(code, message, use.at, identity);
    return undefined;
  }

  #identityOf({ user, group }: { readonly user: string; readonly group?: string }) {
    const identity = this.#machine.userOf(user);
    if (identity === undefined) return `there is no user '${user}'`;
    if (group === undefined) return identity;
    const gid = this.#machine.groupIdOf(group);
    return gid === undefined ? `there is no group '${group}'` : { uid: identity.uid, gid };
  }

  #warn(code: string, message: string, at: Span, hint: string): void {
    this.diagnostics.push({ severity: "warning", code, message, at, hint });
  }
}

/** What the C daemon says of a script that nobody can run. */
function refusalOf({ kind, name, command }: ScriptUse, named: boolean) {
  const text = command.argv.join(" ");
  switch (kind) {
    case "track":
      return {
        code: "script-user",
        message: named
          ? `Unable to set uid/gid for script '${text}'`
          : `Unable to set default user for vrrp script ${name} - removing`,
      };
    case "misc":
      return {
        code: "script-user",
        message: `Failed to set uid/gid for misc checker script '${text}' - removing`,
      };
    case "start":
      return { code: "script-user", message: `Invalid ${name.replace("_", " ")}` };
    case "notify":
      return {
        code: "script-ignored",
        message: named
          ? `Invalid user/group for notify script ${text} - ignoring`
          : `Failed to set default user for notify script ${text} - ignoring`,
      };
  }
}
