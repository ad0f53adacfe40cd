import type { StatusDocument } from "../document.ts";
import type { ChildSnapshot, ParentSnapshot } from "../snapshot/parent_snapshot.ts";
import { bfdLines } from "./bfd_text.ts";
import { checkLines } from "./check_text.ts";
import { ago, lengthOfTime } from "./length_of_time.ts";
import type { Paint } from "./paint.ts";
import { vrrpLines } from "./vrrp_text.ts";

/** What a person wants to see first: who is what, since when, and what is wrong. */
export function statusText(document: StatusDocument, paint: Paint): string {
  const { parent, vrrp, check, bfd } = document;
  return [
    ...parentLines(parent, paint),
    ...(vrrp === undefined ? [] : ["", ...vrrpLines(vrrp, paint)]),
    ...(check === undefined ? [] : ["", ...checkLines(check, paint)]),
    ...(bfd === undefined ? [] : ["", ...bfdLines(bfd, paint)]),
    "",
  ].join("\n");
}

function parentLines(parent: ParentSnapshot, paint: Paint): readonly string[] {
  const { process, reload } = parent;
  const up = lengthOfTime(process.at - process.startedAt);
  const place = [
    ...(parent.networkNamespace === undefined ? [] : [`namespace ${parent.networkNamespace}`]),
    ...(parent.instance === undefined ? [] : [`instance ${parent.instance}`]),
  ];
  const identity = [`Keepalived ${parent.version} on ${parent.runtime}`, ...place].join(", ");
  return [
    `${paint("head", parent.routerId)}: ${identity}, pid ${process.pid}, up ${up}`,
    `Configuration ${parent.configurationFile}${
      reload?.ok === true ? `, reloaded ${ago(process.at - reload.at)}` : ""
    }`,
    ...(reload?.ok === false
      ? [
        paint("bad", `The reload ${ago(process.at - reload.at)} was refused: ${reload.problem}`),
      ]
      : []),
    ...(parent.maintenance
      ? [
        paint(
          "warning",
          "In maintenance: everything stays away until 'keepalived maintenance off'",
        ),
      ]
      : []),
    ...parent.children.flatMap((child) => childProblems(child, process.at, paint)),
  ];
}

/** What is not as it should be with a child. */
function childProblems(
  { name, pid, startedAt, restarts, problem }: ChildSnapshot,
  at: number,
  paint: Paint,
): readonly string[] {
  const often = restarts === 1 ? "once" : `${restarts} times`;
  if (pid === undefined) {
    return [paint("bad", `The ${name} process does not run: it has been restarted ${often}`)];
  }
  return [
    ...(problem === undefined ? [] : [paint("bad", problem)]),
    ...(restarts === 0 ? [] : [
      paint(
        "warning",
        `The ${name} process has been restarted ${often}, last ${ago(at - (startedAt ?? at))}`,
      ),
    ]),
  ];
}
