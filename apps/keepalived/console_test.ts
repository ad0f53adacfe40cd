import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { test } from "node:test";

const module = new URL("console.ts", import.meta.url).href;

/** Lines at standard error of a program that writes so many, up to its last. @param pauseMs before somebody reads */
async function outputOf(lines: number, pauseMs: number) {
  const program = `import process from "node:process";
    import { writeConsole } from ${JSON.stringify(module)};
    for (let i = 0; i < ${lines}; i++) writeConsole(\`line \${i} of the log, äöü, \${"x".repeat(80)}\\n\`);
    process.stdin.on("data", () => writeConsole("end\\n"));`;
  const words = process.versions["deno"] === undefined
    ? ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "-e", program]
    : ["eval", "--quiet", "--ext=ts", program];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "ignore", "pipe"] });
  const ended = once(child, "close");
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.endsWith("end\n")) child.stdin.end();
  });
  // The last line may be lost too, as long as others wait.
  let asked = 0;
  const asking = setInterval(() => {
    asked++;
    child.stdin.write("?");
  }, 50);
  child.stdin.on("error", () => {});
  child.stdin.once("finish", () => clearInterval(asking));
  await ended;
  return { lines: output.trimEnd().split("\n").filter((line) => line !== "end"), asked };
}

test("writeConsole() writes the lines of one turn in their order", async () => {
  const { lines } = await outputOf(1000, 0);
  assert.equal(lines.length, 1000);
  assert.ok(lines.every((line, i) => line.startsWith(`line ${i} of the log, äöü, x`)));
});

test("writeConsole() says how many lines a slow reader has missed", async () => {
  const { lines, asked } = await outputOf(10_000, 300);
  const lost = lines.reduce(
    (sum, line) => sum + Number(/^(\d+) lines .* lost$/.exec(line)?.[1] ?? 0),
    0,
  );
  const numbers = lines.flatMap((line) =>
    /^line (\d+) of the log, äöü, x{80}$/.exec(line)?.[1] ?? []
  );
  const missing = 10_000 - numbers.length;
  assert.ok(lost >= missing && lost <= missing + asked, `${lost} said of ${missing}`);
  assert.deepEqual(numbers, numbers.toSorted((a, b) => Number(a) - Number(b)));
});
