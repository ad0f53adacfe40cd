import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { drift, intervalDeviations, quantile, slope, summarize } from "./statistics.ts";

const thousand = Array.from({ length: 1000 }, (_, i) => 1000 - i); // 1000 down to 1

test("quantile() gives the value of the nearest rank, in any order of values", () => {
  equal(quantile(thousand, 0.5), 500);
  equal(quantile(thousand, 0.99), 990);
  equal(quantile(thousand, 0.999), 999);
  equal(quantile(thousand, 1), 1000);
  equal(quantile(thousand, 0), 1);
  equal(quantile([3, 1, 2], 0.5), 2);
  equal(quantile([7], 0.99), 7);
});

test("quantile() of nothing is not a number", () => {
  equal(quantile([], 0.5), NaN);
});

test("quantile() leaves the values in their order", () => {
  const values = [3, 1, 2];
  quantile(values, 0.5);
  deepEqual(values, [3, 1, 2]);
});

test("summarize() has every figure", () => {
  deepEqual(summarize(thousand), {
    count: 1000,
    min: 1,
    median: 500,
    p99: 990,
    p999: 999,
    max: 1000,
  });
});

test("intervalDeviations() counts early and late alike", () => {
  deepEqual(intervalDeviations([0, 100, 230, 300], 100), [0, 30, 30]);
  deepEqual(intervalDeviations([5], 100), []);
});

test("drift() is what one period loses on average", () => {
  equal(drift([1000, 1101, 1202, 1306], 100), 2);
  equal(drift([1000], 100), NaN);
});

test("slope() is that of the line through the points, and of the nearest line to others", () => {
  equal(slope([[1, 10], [2, 13], [3, 16]]), 3);
  equal(slope([[1, 5], [2, 5], [4, 5]]), 0);
  equal(slope([[0, 0], [1, 2], [2, 0], [3, 2]]), 0.4);
});
