/** What one benchmark has to say. */
export type Section = {
  readonly name: string;
  readonly summary: string;
  /** As it was printed. */
  readonly text: string;
};

const introduction = `# Benchmarks

Written by \`npm run bench\`; \`npm run bench -- all NAME\` renews one section. C is the installed C
daemon, which runs in turn with this one on Node and on Deno in the same minutes on the same
machine. What counts is the ratio to it, marked \`x\`: below 1 is better than it. Absolute figures are
of that machine.
`;

/** @see parseSections */
export function printSections(sections: readonly Section[]): string {
  const parts = sections.map(({ name, summary, text }) =>
    `## ${name}: ${summary}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`
  );
  return [introduction, ...parts].join("\n");
}

/** The sections of a document of {@linkcode printSections}. */
export function parseSections(document: string): readonly Section[] {
  const found = document.matchAll(/^## (\w+): (.*)\n\n```text\n([^]*?)\n```$/gm);
  return [...found].map(([, name = "", summary = "", text = ""]) => ({ name, summary, text }));
}
