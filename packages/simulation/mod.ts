/**
 * A virtual network of VRRP routers on virtual time, with faults and invariants. For tests.
 *
 * The machine is a parameter, so that tests can break it and see which invariant notices.
 *
 * @module
 */

export { Dice } from "./dice.ts";
export { type Exploration, explore } from "./explore.ts";
export { describeFault, type Fault, type Scheduled } from "./fault.ts";
export { type Invariant, Judge, type Violation } from "./judge.ts";
export { Lan, MAX_DELAY_US } from "./lan.ts";
export { Queue } from "./queue.ts";
export { quietUs, type Scenario, scenarioOf } from "./scenario.ts";
export { describeFailure, type Failure, findFailure, type Run, simulate } from "./simulate.ts";
export { MAX_LATE_US, type Member, type Router, type Vrrp, type Watch, World } from "./world.ts";
