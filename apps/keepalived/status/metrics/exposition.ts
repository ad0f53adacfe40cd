/** A family of metrics: one name, one meaning, a sample for each thing that it is about. */
export type Family = {
  /** Without the suffix `_total` that the samples of a counter get. */
  readonly name: string;
  readonly type: "gauge" | "counter" | "info";
  /** What its name ends with, if it has a unit. */
  readonly unit?: "seconds" | "bytes";
  readonly help: string;
  readonly samples: readonly Sample[];
};

export type Sample = { readonly labels: Labels; readonly value: number };

export type Labels = Readonly<Record<string, string | number>>;

/** The type of the text. */
export const CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const suffixes = { gauge: "", counter: "_total", info: "_info" } as const;

/** Families as text in the OpenMetrics format, version 1.0.0. Those without samples are left out. */
export function exposition(families: readonly Family[]): string {
  const lines = families.filter(({ samples }) => samples.length > 0).flatMap(linesOf);
  return [...lines, "# EOF", ""].join("\n");
}

function linesOf({ name, type, unit, help, samples }: Family): readonly string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escape(help)}`,
    ...samples.map(({ labels, value }) => `${name}${suffixes[type]}${labelText(labels)} ${value}`),
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(`${value}`)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** A family with a sample for each thing that has a value. */
export function family<Thing>(
  head: Omit<Family, "samples">,
  things: readonly Thing[],
  labels: (thing: Thing) => Labels,
  value: (thing: Thing) => number | boolean | undefined,
): Family {
  const samples = things.flatMap((thing) => {
    const its = value(thing);
    return its === undefined ? [] : [{ labels: labels(thing), value: Number(its) }];
  });
  return { ...head, samples };
}
