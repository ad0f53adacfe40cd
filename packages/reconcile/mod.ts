/**
 * The difference between two collections by key, and between two values of plain data.
 *
 * @example
 * ```ts
 * import { difference } from "@keepalived/reconcile";
 *
 * const change = difference(["a", "b"], ["b", "c"], (x) => x, (x, y) => x === y);
 * // { add: ["a"], change: [], remove: ["c"] }
 * ```
 *
 * @module
 */

export { type Difference, difference } from "./difference.ts";
export { type Patch, patched, patchOf } from "./patch.ts";
export { share } from "./share.ts";
