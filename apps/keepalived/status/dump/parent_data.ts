import type { Config } from "@keepalived/keepalived-config";
import type { ParentSnapshot } from "../snapshot/parent_snapshot.ts";
import { globalData } from "./global_data.ts";
import { head, pointOfTime, type WhoRuns } from "./words.ts";

/** The text of `keepalived_parent.data`. */
export function parentData(config: Config, parent: ParentSnapshot, who: WhoRuns): string {
  return [
    ...globalData(config.global, who),
    head("Child processes"),
    ...parent.children.flatMap(({ name, pid, startedAt, restarts }) => [
      ` Process = ${name}`,
      ...[
        ...(pid === undefined ? ["State = not running"] : [`Pid = ${pid}`]),
        ...(startedAt === undefined ? [] : [`Started = ${pointOfTime(startedAt)}`]),
        `Restarts = ${restarts}`,
      ].map((line) => `   ${line}`),
    ]),
    "",
  ].join("\n");
}
