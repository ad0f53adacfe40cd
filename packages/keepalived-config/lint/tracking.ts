import type { Body, Statement } from "../bind.ts";
import type { Config, VrrpInstanceConfig } from "../model.ts";
import type { Tracked, Tracking } from "../model_tracking.ts";
import { type Finding, instancesOf, type Linted, type LintRule } from "./rule.ts";

/** Rules about trackers, their weights, and sync groups. */
export const TRACKING_RULES: readonly LintRule[] = [
  {
    code: "lint-nopreempt-weight",
    title: "Weights that nopreempt keeps from acting",
    reason:
      "with nopreempt a BACKUP never takes over from a MASTER that it hears, whatever the priorities: a weight" +
      " moves nothing; leave out nopreempt, or track without a weight, so that a failure is FAULT",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) => {
        const names = weighted(it.tracking).map(({ name }) => name);
        if (it.preempt || names.length === 0) return [];
        return [finding(`nopreempt, and weights of ${names.join(", ")}`, "nopreempt")];
      }),
  },
  {
    code: "lint-weight-too-large",
    title: "A weight that leaves the range of priorities",
    reason:
      "priorities end at 1 and 254: routers that both reach the end are equal, and the highest address wins;" +
      " choose the weight just larger than the distance between the routers",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) =>
        leavingRange(it).map(({ name, weight }) =>
          finding(`priority ${it.priority} and weight ${weight} of ${name} leave 1 to 254`)
        )
      ),
  },
  {
    code: "lint-script-flaps",
    title: "A script without rise and fall",
    reason:
      "a single failure, or one that is merely slow, changes the state; say fall 2 or 3, and rise 2, so that one" +
      " result alone decides nothing",
    check: ({ config }) =>
      config.scripts.filter(({ rise, fall }) => rise === 1 && fall === 1).map(({ name, at }) => ({
        message: `script ${name}: a single result changes the state (rise 1, fall 1)`,
        at,
      })),
  },
  {
    code: "lint-script-slow",
    title: "A script with a timeout beyond its interval",
    reason:
      "a run that is due while the one before still goes on is left out, so that a script which hangs is" +
      " noticed only at the timeout; make timeout no longer than interval",
    check: ({ config }) =>
      config.scripts.filter(({ timeoutUs, intervalUs }) => timeoutUs > intervalUs)
        .map(({ name, at }) => ({
          message: `script ${name}: timeout is longer than interval`,
          at,
        })),
  },
  {
    code: "lint-unused-tracker",
    title: "Something that nothing tracks",
    reason:
      "it runs, or is watched, without effect; name it in a track_ list of an instance or group, or remove it",
    check: unused,
  },
  {
    code: "lint-group-priorities",
    title: "Members of a sync group with different priorities",
    reason:
      "all members change state together, so that with different priorities, or nopreempt on some of them alone," +
      " two routers can each find a member that should be MASTER and push the group to and fro",
    check: unequalMembers,
  },
];

/** What changes the priority. */
function weighted(tracking: Tracking): readonly Tracked[] {
  return Object.values(tracking).flat().filter(({ weight }) => weight !== 0);
}

/** What a file holds is multiplied with its weight, so that nothing can be said of it here. */
function leavingRange({ priority, tracking }: VrrpInstanceConfig): readonly Tracked[] {
  if (priority === 255) return [];
  return weighted({ ...tracking, files: [] })
    .filter(({ weight }) => priority + weight > 254 || priority + weight < 1);
}

function unused({ config, root }: Linted): readonly Finding[] {
  const used = usedNames(config);
  const kinds = {
    vrrp_script: ["script", used.scripts],
    track_file: ["track_file", used.files],
    vrrp_track_process: ["process", used.processes],
    bfd_instance: ["BFD session", used.bfdInstances],
  } as const;
  return Object.entries(kinds).flatMap(([keyword, [what, names]]) =>
    definitions(root, keyword).filter(({ values: [name] }) => !names.has(String(name)))
      .map(({ values: [name], words }) => ({
        message: `${what} ${name} is not used`,
        at: (words[1] ?? words[0]).at,
      }))
  );
}

function definitions(root: Body, keyword: string): readonly Statement[] {
  return root.statements.get(keyword) ?? [];
}

function usedNames({ instances, syncGroups, virtualServers }: Config) {
  const all = [...instances, ...syncGroups].map(({ tracking }) => tracking);
  const names = (kind: keyof Tracking) =>
    new Set(all.flatMap((tracking) => tracking[kind].map(({ name }) => name)));
  const used = {
    scripts: names("scripts"),
    files: names("files"),
    processes: names("processes"),
    bfdInstances: names("bfdInstances"),
  };
  for (
    const checker of virtualServers.flatMap((it) => it.realServers).flatMap((it) => it.checkers)
  ) {
    if (checker.kind === "file") used.files.add(checker.trackFile);
    if (checker.kind === "bfd") used.bfdInstances.add(checker.session);
  }
  return used;
}

function unequalMembers({ config: { instances, syncGroups } }: Linted): readonly Finding[] {
  const byName = new Map(instances.map((it) => [it.name, it]));
  return syncGroups.flatMap(({ name, members, at }) => {
    const all = members.flatMap((member) => byName.get(member) ?? []);
    const [first] = all;
    const other = all.find((it) => it.priority !== first?.priority || it.preempt !== first.preempt);
    if (first === undefined || other === undefined) return [];
    const what = other.priority === first.priority ? "preemption" : "priorities";
    return [{
      message: `sync group ${name}: ${first.name} and ${other.name} differ in ${what}`,
      at,
    }];
  });
}
