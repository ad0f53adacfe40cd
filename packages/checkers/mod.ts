/**
 * Health checks as pure machines: when a check runs and what its results decide, the dialogue of each kind, and what an
 * answer is worth.
 *
 * Opening connections, parsing what comes and running programs is the host's affair.
 *
 * @module
 */

export { check, type CheckAction, type CheckEvent, type CheckState } from "./check.ts";
export { type CheckConfig, checkConfigOf, type CheckerSchedule } from "./check_config.ts";
export { type CheckKind } from "./habits.ts";
export { type Ending, failed, type Failure, type FailureCode, succeeded } from "./ending.ts";
export { http, type HttpAction, type HttpConfig, type HttpEvent, type HttpState } from "./http.ts";
export { type Body, type BodyDemand, type JsonDemand, judgeBody } from "./http_body.ts";
export { type HttpRequest, renderRequest } from "./http_request.ts";
export { smtp, type SmtpAction, type SmtpConfig, type SmtpEvent, type SmtpState } from "./smtp.ts";
export { type Line, splitLines } from "./lines.ts";
export {
  type Judgement,
  probe,
  type ProbeAction,
  type ProbeConfig,
  type ProbeEvent,
  type ProbeState,
} from "./probe.ts";
export { type DnsHeader, judgeDnsReply, judgeUdpReply, type UdpDemand } from "./judge_reply.ts";
export { judgeProgram, type ProgramResult } from "./misc.ts";
export { type FileDemand, type FileVerdict, judgeFile } from "./file.ts";
