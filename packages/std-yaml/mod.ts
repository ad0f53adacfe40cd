/**
 * The part of `@std/yaml` that this project uses, over npm `yaml`.
 *
 * The real package lives on JSR; where JSR is reachable, deno.json's import map can point there and this goes away.
 *
 * @example
 * ```ts
 * import { parse, stringify } from "@std/yaml";
 *
 * parse("priority: 100\n"); // { priority: 100 }
 * stringify({ priority: 100 }); // "priority: 100\n"
 * ```
 *
 * @module
 */

export { parse } from "./parse.ts";
export { stringify, type StringifyOptions } from "./stringify.ts";
