/** A stretch of one source line. `line` and `column` count from 1, `length` in UTF-16 units is at least 1. */
export type Span = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
};

/** A finding about the user's files. Never thrown: the reader goes on after it. */
export type Diagnostic = {
  readonly severity: "error" | "warning" | "deprecation";
  /** Stable name of the kind of finding, in kebab case. */
  readonly code: string;
  readonly message: string;
  readonly at: Span;
  /** What would make it right. */
  readonly hint?: string;
};

/** Takes a diagnostic. */
export type Report = (diagnostic: Diagnostic) => void;

/** How many findings are kept: a file of noise has one at every word. */
const LIMIT = 1000;

/**
 * A list and a function that adds to it, up to 1000 findings; the 1001st says that the rest is left out.
 *
 * @param diagnostics the list to go on with
 */
export function collector(diagnostics: Diagnostic[] = []): { list: Diagnostic[]; report: Report } {
  const report: Report = (diagnostic) => {
    if (diagnostics.length < LIMIT) diagnostics.push(diagnostic);
    else if (diagnostics.length === LIMIT) {
      const message = `More than ${LIMIT} findings: the rest is left out`;
      diagnostics.push({ severity: "error", code: "too-many", message, at: diagnostic.at });
    }
  };
  return { list: diagnostics, report };
}
