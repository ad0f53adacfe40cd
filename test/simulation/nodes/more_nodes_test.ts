import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("five hundred more networks of whole nodes keep every invariant", () => runSeeds(501, 1000));
