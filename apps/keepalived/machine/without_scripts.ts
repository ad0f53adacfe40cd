import type { Command, Config, Tracking } from "@keepalived/keepalived-config";
import type { ScriptUse } from "./script_uses.ts";

/** A configuration without the given scripts, and without what would run or track them. */
export function withoutScripts(config: Config, disabled: readonly ScriptUse[]): Config {
  if (disabled.length === 0) return config;
  const tracked = new Set(disabled.flatMap(({ kind, name }) => kind === "track" ? [name] : []));
  const commands = new Set(
    disabled.flatMap(({ kind, command }) => kind === "track" ? [] : [keyOf(command)]),
  );
  const remains = ({ tracking }: { readonly tracking: Tracking }) => ({
    ...tracking,
    scripts: tracking.scripts.filter(({ name }) => !tracked.has(name)),
  });
  return without({
    ...config,
    scripts: config.scripts.filter(({ name }) => !tracked.has(name)),
    instances: config.instances.map((it) => ({ ...it, tracking: remains(it) })),
    syncGroups: config.syncGroups.map((it) => ({ ...it, tracking: remains(it) })),
    virtualServers: config.virtualServers.map((service) => ({
      ...service,
      realServers: service.realServers.map((server) => ({
        ...server,
        checkers: server.checkers.filter((it) =>
          it.kind !== "misc" || !commands.has(keyOf(it.command))
        ),
      })),
    })),
  }, commands) as Config;
}

function keyOf({ argv, user, group }: Command): string {
  return JSON.stringify([argv, user, group]);
}

/** A value without the commands in it. */
function without(value: unknown, commands: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, commands));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) =>
    !(isCommand(inner) && commands.has(keyOf(inner)))
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, commands)]));
}

function isCommand(value: unknown): value is Command {
  return typeof value === "object" && value !== null && "argv" in value && !("kind" in value);
}
