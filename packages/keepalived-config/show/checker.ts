import type {
  BfdChecker,
  CheckerConfig,
  Connection,
  DnsChecker,
  FileChecker,
  MiscChecker,
  Scheduled,
  SmtpChecker,
  UdpChecker,
} from "../model_checker.ts";
import type { VirtualServer } from "../model_lvs.ts";
import { block, command, type Entries, flag, seconds, words } from "./entry.ts";
import { HTTP_GET, SSL_GET } from "./http.ts";
import { CONNECTION, schedule } from "./probe.ts";

/** A checker in its service: some defaults are those of the service. */
export type InService<Checker> = { readonly it: Checker; readonly service: VirtualServer };

/** The checkers of a real server. */
export const CHECKERS: Entries<InService<CheckerConfig>> = {
  HTTP_GET: ({ it }) => it.kind === "http" && !it.tls ? [block(HTTP_GET, it)] : [],
  SSL_GET: ({ it }) => it.kind === "http" && it.tls ? [block(SSL_GET, it)] : [],
  TCP_CHECK: ({ it }) => it.kind === "tcp" ? [block(PLAIN_CHECK, it)] : [],
  SMTP_CHECK: ({ it }) => it.kind === "smtp" ? [block(SMTP_CHECK, it)] : [],
  DNS_CHECK: ({ it }) => it.kind === "dns" ? [block(DNS_CHECK, it)] : [],
  MISC_CHECK: ({ it, service }) => it.kind === "misc" ? [block(MISC_CHECK, { it, service })] : [],
  BFD_CHECK: ({ it }) => it.kind === "bfd" ? [block(BFD_CHECK, it)] : [],
  UDP_CHECK: ({ it }) => it.kind === "udp" ? [block(UDP_CHECK, it)] : [],
  PING_CHECK: ({ it }) => it.kind === "ping" ? [block(PLAIN_CHECK, it)] : [],
  FILE_CHECK: ({ it }) => it.kind === "file" ? [block(FILE_CHECK, it)] : [],
};

/** `TCP_CHECK` and `PING_CHECK`. */
export const PLAIN_CHECK: Entries<Scheduled & { readonly connection: Connection }> = {
  ...CONNECTION,
  ...schedule<Scheduled>((it) => it),
};

/** `SMTP_CHECK`. */
export const SMTP_CHECK: Entries<SmtpChecker> = {
  ...PLAIN_CHECK,
  helo_name: (it) => words(it.heloName),
  host: { never: "each host has a checker of its own" },
};

/** `DNS_CHECK`. */
export const DNS_CHECK: Entries<DnsChecker> = {
  ...PLAIN_CHECK,
  type: (it) => words(it.recordType),
  name: (it) => words(it.name),
};

/** `UDP_CHECK`. */
export const UDP_CHECK: Entries<UdpChecker> = {
  ...PLAIN_CHECK,
  payload: (it) => words(it.payload),
  require_reply: ({ reply }) => {
    if (reply === undefined) return [];
    const digits = [...reply.data].map((digit, i) => reply.mask[i] === "0" ? "x" : digit);
    return digits.length === 0 ? flag(true) : words(digits.join(""));
  },
  min_reply_length: (it) => words(it.reply?.minLength),
  max_reply_length: (it) => words(it.reply?.maxLength),
};

/** `MISC_CHECK`. */
export const MISC_CHECK: Entries<InService<MiscChecker>> = {
  ...schedule<InService<MiscChecker>>(({ it }) => it),
  misc_path: ({ it }) => command({ argv: it.command.argv }),
  user: ({ it }) => words(it.command.user, it.command.group),
  // It takes whole seconds: others can only be those of the service.
  misc_timeout: ({ it: { timeoutUs }, service }) =>
    timeoutUs === service.delayLoopUs ? [] : words(seconds(timeoutUs)),
  misc_dynamic: ({ it }) => flag(it.dynamic),
};

/** `FILE_CHECK`. */
export const FILE_CHECK: Entries<FileChecker> = {
  track_file: (it) => words(it.trackFile),
  weight: (it) => words(it.weight, it.reverse ? "reverse" : "noreverse"),
};

/** `BFD_CHECK`. */
export const BFD_CHECK: Entries<BfdChecker> = {
  name: (it) => words(it.session),
  alpha: (it) => flag(it.alpha),
};
