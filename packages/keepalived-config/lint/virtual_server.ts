import type { LintRule } from "./rule.ts";

/** Rules about virtual servers. */
export const VIRTUAL_SERVER_RULES: readonly LintRule[] = [
  {
    code: "lint-quorum-unreachable",
    title: "A quorum that is never gained again",
    reason:
      "the quorum is gained when the weight of the servers that are up reaches quorum + hysteresis; where all of" +
      " them together weigh less, a quorum that was lost stays lost; lower one of the two",
    check: ({ config }) =>
      config.virtualServers.flatMap(({ name, at, quorum, hysteresis, realServers }) => {
        const total = realServers.reduce((sum, { weight }) => sum + weight, 0);
        if (quorum + hysteresis <= total) return [];
        const message =
          `virtual server ${name}: quorum ${quorum} + hysteresis ${hysteresis} is more` +
          ` than the weight of all servers, ${total}`;
        return [{ message, at }];
      }),
  },
  {
    code: "lint-unchecked-server",
    title: "Real servers without a checker",
    reason:
      "nothing notices when such a server fails: it keeps getting connections; add a checker, TCP_CHECK { } at" +
      " least",
    check: ({ config }) =>
      config.virtualServers.flatMap(({ name, at, realServers }) => {
        const count = realServers.filter(({ checkers }) => checkers.length === 0).length;
        if (count === 0) return [];
        const servers = realServers.length === 1
          ? "its real server has"
          : count === realServers.length
          ? `all ${count} real servers have`
          : `${count} of ${realServers.length} real servers have`;
        return [{ message: `virtual server ${name}: ${servers} no checker`, at }];
      }),
  },
];
