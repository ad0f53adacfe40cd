import { judgeProgram } from "@keepalived/checkers";
import { programOf, runProgram } from "../../program.ts";
import type { CheckerOf, ExchangeTools, Finish, Release } from "./tools.ts";

/** MISC_CHECK: a program, and how it ends. */
export function startMisc(
  { command, timeoutUs, dynamic }: CheckerOf<"misc">,
  { reactor, scripts }: ExchangeTools,
  finish: Finish,
): Release {
  const program = { ...programOf(command, scripts), timeoutUs };
  const running = runProgram(reactor, program, (end) => finish(judgeProgram(end, dynamic)));
  return () => running.stop();
}
