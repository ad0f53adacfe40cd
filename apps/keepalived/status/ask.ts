import type { Detail } from "../control.ts";
import { documentText } from "./document.ts";
import type { Child, Premises } from "./premises.ts";
import type { ParentSnapshot } from "./snapshot/parent_snapshot.ts";

/**
 * Asks every child for its snapshot, and puts the status document together, in JSON.
 *
 * A child that does not answer is left out, and the parent's part says why.
 */
export async function documentOf(premises: Premises, detail: Detail): Promise<string> {
  const asked = await Promise.all(premises.children().map((child) => askOne(child, detail)));
  const texts = asked.flatMap(({ name, text }) => text === undefined ? [] : [[name, text]]);
  return documentText(withProblems(premises.snapshot(), asked), Object.fromEntries(texts));
}

type Asked = Pick<Child, "name" | "title"> & { readonly text?: string; readonly problem?: string };

async function askOne({ name, title, ask }: Child, detail: Detail): Promise<Asked> {
  try {
    return { name, title, text: await ask({ what: "snapshot", detail }) };
  } catch (error) {
    return { name, title, problem: (error as Error).message };
  }
}

function withProblems(parent: ParentSnapshot, asked: readonly Asked[]): ParentSnapshot {
  return {
    ...parent,
    children: parent.children.map((child) => {
      const problem = asked.find(({ title }) => title === child.name)?.problem;
      return problem === undefined ? child : { ...child, problem };
    }),
  };
}
