/**
 * A virtual network of VRRP routers on virtual time, with faults and invariants. For tests.
 *
 * The machines are a parameter, so that tests can break them and see which invariant notices.
 *
 * @module
 */

export { Dice } from "./dice.ts";
export { type Exploration, explore, type ExploreOptions } from "./explore.ts";
export { describeFault, type Fault, type Scheduled } from "./fault.ts";
export { type Invariant, Judge, type Violation } from "./judge.ts";
export { Lan, MAX_DELAY_US } from "./lan.ts";
export { inGroups, instanceName, lone, type Machines, type Member } from "./member.ts";
export { Queue } from "./queue.ts";
export type { Port, Router } from "./router.ts";
export { type Scenario, scenarioFor, scenarioOf } from "./scenario.ts";
export { describeFailure, type Failure, findFailure, type Run, simulate } from "./simulate.ts";
export type { Stepped } from "./turn.ts";
export { MAX_LATE_US, type Watch, World } from "./world.ts";
