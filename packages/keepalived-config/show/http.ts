import type { CheckerConfig, HttpChecker, HttpUrl, Regex } from "../model_checker.ts";
import { block, type Entries, flag, onOff, type Said, words } from "./entry.ts";
import { CONNECTION, schedule } from "./probe.ts";

/** A url in its checker. */
type InChecker = { readonly url: HttpUrl; readonly it: HttpChecker };

const URL_ENTRIES: Entries<InChecker> = {
  path: ({ url }) => words(url.path),
  digest: ({ url }) => words(url.digest),
  status_code: ({ url }) =>
    words(...url.statusCodes.map(([low, high]) => low === high ? `${low}` : `${low}-${high}`)),
  virtualhost: ({ url, it }) => words(isInherited(url, it) ? undefined : url.host),
  regex: ({ url }) => words(url.regex?.pattern),
  regex_no_match: ({ url }) => flag(url.regex?.negated === true),
  regex_options: ({ url }) => words(...url.regex?.options ?? []),
  regex_min_offset: ({ url }) => words(url.regex?.minOffset),
  regex_max_offset: ({ url }) => words(url.regex?.maxOffset),
  regex_stack: ({ url }) => stackWords(url.regex),
  method: ({ url }) => words(url.method),
  header: ({ url }) => url.headers.flatMap(([name, value]) => words(`${name}: ${value}`)),
  body: ({ url }) => words(url.body),
  body_contains: ({ url }) => words(url.text),
  body_json: ({ url }) => words(url.json?.pointer, url.json?.value),
};

/** `url` of `HTTP_GET`. */
export const HTTP_URL: Entries<InChecker> = URL_ENTRIES;

/** `url` of `SSL_GET`. */
export const SSL_URL: Entries<InChecker> = {
  ...URL_ENTRIES,
  tls_compliant: ({ url }) => onOff(url.closeNotify),
};

const COMMON: Entries<HttpChecker> = {
  ...CONNECTION,
  ...schedule<HttpChecker>((it) => it),
  http_protocol: (it) => words(it.version),
  fast_recovery: (it) => onOff(it.fastRecovery),
  virtualhost: { never: "each url says it" },
};

/** `HTTP_GET`. */
export const HTTP_GET: Entries<HttpChecker> = {
  ...COMMON,
  enable_sni: { never: "without effect" },
  sni_name: { never: "without effect" },
  url: (it) => urlBlocks(it, HTTP_URL),
};

/** `SSL_GET`. */
export const SSL_GET: Entries<HttpChecker> = {
  ...COMMON,
  enable_sni: (it) => onOff(isPerUrl(it)),
  sni_name: (it) => words(isPerUrl(it) ? undefined : it.urls[0]?.serverName),
  tls_compliant: { never: "each url says it" },
  verify_certificate: (it) => onOff(it.verify),
  url: (it) => urlBlocks(it, SSL_URL),
};

function urlBlocks(it: HttpChecker, entries: Entries<InChecker>): readonly Said[] {
  return it.urls.map((url) => block(entries, { url, it }));
}

function stackWords(regex: Regex | undefined): readonly Said[] {
  return words(regex?.stack?.startBytes, regex?.stack?.maxBytes);
}

/** Whether the urls do not all send one server name, so that `enable_sni` must have them send their hosts. */
function isPerUrl({ urls }: HttpChecker): boolean {
  return urls.some(({ serverName }) => serverName !== urls[0]?.serverName);
}

/** Whether the host of a url is that of its real server: `enable_sni` would send one that the url says itself. */
function isInherited(url: HttpUrl, it: HttpChecker): boolean {
  return it.tls && isPerUrl(it) && url.serverName !== url.host;
}

/** The host that a real server must say for its checkers, since they cannot say it themselves. */
export function inheritedHost(checkers: readonly CheckerConfig[]): string | undefined {
  return checkers.flatMap((it) =>
    it.kind === "http" ? it.urls.filter((url) => isInherited(url, it)) : []
  ).at(0)?.host;
}
