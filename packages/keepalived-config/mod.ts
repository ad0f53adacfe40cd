/**
 * The meaning of keepalived.conf: keyword tables, one resolved configuration, diagnostics.
 *
 * @example
 * ```ts
 * import { loadConfig } from "@keepalived/keepalived-config";
 *
 * const text = "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n";
 * const { config } = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "router" });
 * config?.instances[0]?.advertisementIntervalUs; // 1000000
 * ```
 *
 * @module
 */

export {
  type Diagnostic,
  diagnosticPrinter,
  type LoadedFile,
  type Loader,
  type Sources,
  type Span,
} from "@keepalived/conf-parser";
export type { Body, Statement } from "./bind.ts";
export { describeDifference } from "./difference/describe.ts";
export { type ConfigDifference, difference, fixedChanges } from "./difference/difference.ts";
export {
  matchCheckers,
  matchInstances,
  matchRealServers,
  matchVirtualServers,
} from "./difference/match.ts";
export { isMissingFile, testExitCode } from "./exit_code.ts";
export {
  type Data,
  type DataField,
  type DataNode,
  type DataObject,
  placeData,
} from "./form/data.ts";
export {
  checkForm,
  type Form,
  formOfStatements,
  loadForm,
  printForm,
  readForm,
} from "./form/form.ts";
export { jsonSchema } from "./form/json_schema.ts";
export { lint, LINT_RULES, type LintOptions } from "./lint/lint.ts";
export type { LintRule } from "./lint/rule.ts";
export { loadConfig, type LoadedConfig, type LoadOptions, sortDiagnostics } from "./load.ts";
export { describeKeyword, type KeywordHelp } from "./manual/describe.ts";
export { DIAGNOSTIC_CODES } from "./manual/diagnostic_codes.ts";
export { explain, type Explanation } from "./manual/explain.ts";
export { type BlockPlace, blockPlaces, type KeywordPlace } from "./manual/places.ts";
export type {
  AddressFlag,
  Announcement,
  Authentication,
  Command,
  Config,
  Hmac,
  HmacKey,
  Ipvlan,
  Notify,
  Unicast,
  UnicastPeer,
  VirtualAddress,
  Vmac,
  VrrpInstanceConfig,
} from "./model.ts";
export type {
  Fifo,
  Firewall,
  GlobalConfig,
  Identity,
  LvsGlobal,
  NetlinkBuffer,
  ProcessConfig,
  Secret,
  SyncDaemon,
  Trust,
  VrrpDefaults,
  WebhookConfig,
} from "./model_global.ts";
export type {
  BfdChecker,
  CheckerConfig,
  Connection,
  DnsChecker,
  DnsRecordType,
  FileChecker,
  HttpChecker,
  HttpUrl,
  MiscChecker,
  Regex,
  Scheduled,
  SmtpChecker,
  UdpChecker,
} from "./model_checker.ts";
export type {
  Forwarding,
  Persistence,
  RealServer,
  Scheduler,
  ServiceMember,
  SorryServer,
  TlsClient,
  Tunnel,
  VirtualServer,
} from "./model_lvs.ts";
export type { PlainStatement } from "./plain.ts";
export { printStatements } from "./print_statements.ts";
export { type TranslatedRegex, translateRegex } from "./lvs/pcre.ts";
export type {
  Encap,
  LockableMetric,
  Nexthop,
  NumberRange,
  Realms,
  Route,
  RouteMetrics,
  RouteType,
  Rule,
  RuleAction,
} from "./model_routes.ts";
export type {
  BfdInstanceConfig,
  GarpGroupConfig,
  InterfaceDelay,
  LinkbeatInterface,
  SyncGroupConfig,
  Tracked,
  TrackFileConfig,
  TrackGroupConfig,
  Tracking,
  TrackProcessConfig,
  VrrpScriptConfig,
  Weight,
} from "./model_tracking.ts";
export { ADDRESS_WORDS } from "./schema/address.ts";
export { ENCAP_WORDS, NEXTHOP_WORDS, ROUTE_WORDS } from "./schema/route.ts";
export { RULE_WORDS } from "./schema/rule.ts";
export type { Argument, Keyword, Process, Table } from "./schema/keyword.ts";
export { ROOT } from "./schema/root.ts";
export { showConfig, type ShowOptions } from "./show/show.ts";
