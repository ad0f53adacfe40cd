import type { Detail } from "../control.ts";
import { documentText } from "./document.ts";
import type { Child, ChildName, Premises } from "./premises.ts";
import type { ParentSnapshot } from "./snapshot/parent_snapshot.ts";

/** A child is asked no more often, however many want to know: its work comes first. */
const leastGapMs = 50;

/** Asks children for their snapshots. */
export class Inquiry {
  readonly #premises: Premises;
  /** Questions that wait for their turn, by child and detail: whoever else wants to know waits with them. */
  readonly #waiting = new Map<string, Promise<string>>();
  /** When each child may be asked again. */
  readonly #freeAtMs = new Map<ChildName, number>();

  constructor(premises: Premises) {
    this.#premises = premises;
  }

  /** What a child tells from now on, in JSON. @throws Error if it does not answer */
  snapshot(child: Child, detail: Detail): Promise<string> {
    const key = `${child.name} ${detail}`;
    const known = this.#waiting.get(key);
    if (known !== undefined) return known;
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.#freeAtMs.get(child.name) ?? 0);
    this.#freeAtMs.set(child.name, atMs + leastGapMs);
    const asked = new Promise((resolve) => setTimeout(resolve, atMs - nowMs)).then(() => {
      this.#waiting.delete(key);
      return child.ask({ what: "snapshot", detail });
    });
    this.#waiting.set(key, asked);
    return asked;
  }

  /**
   * The status document, in JSON. A child that does not answer is left out, and the parent's part says why.
   */
  async document(detail: Detail): Promise<string> {
    const premises = this.#premises;
    const asked = await Promise.all(premises.children().map((it) => this.#askOne(it, detail)));
    const texts = asked.flatMap(({ name, text }) => text === undefined ? [] : [[name, text]]);
    return documentText(withProblems(premises.snapshot(), asked), Object.fromEntries(texts));
  }

  async #askOne(child: Child, detail: Detail): Promise<Asked> {
    const { name, title } = child;
    try {
      return { name, title, text: await this.snapshot(child, detail) };
    } catch (error) {
      return { name, title, problem: (error as Error).message };
    }
  }
}

type Asked = Pick<Child, "name" | "title"> & { readonly text?: string; readonly problem?: string };

function withProblems(parent: ParentSnapshot, asked: readonly Asked[]): ParentSnapshot {
  return {
    ...parent,
    children: parent.children.map((child) => {
      const problem = asked.find(({ title }) => title === child.name)?.problem;
      return problem === undefined ? child : { ...child, problem };
    }),
  };
}
