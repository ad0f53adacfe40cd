import { familyOf, type IpAddress, parseIp } from "@keepalived/ip-address";

/** What genhash is asked for. */
export type GenhashOptions = {
  readonly server: IpAddress;
  readonly port: number;
  readonly url: string;
  readonly virtualHost: string | undefined;
  readonly version: "1.0" | "1.0C" | "1.1";
  readonly tls: boolean;
  /** The virtual host as TLS server name. */
  readonly sni: boolean;
  /** 0: none. */
  readonly mark: number;
  readonly timeoutUs: number;
  readonly verbose: boolean;
};

/** One option of the command line. */
export type OptionRow = {
  readonly long: string;
  readonly short: string;
  readonly value: boolean;
  readonly help: string;
};

/** Every option, in the order of `--help`. */
export const genhashOptionRows: readonly OptionRow[] = [
  { long: "use-ssl", short: "S", value: false, help: "Connect with TLS" },
  { long: "use-sni", short: "I", value: false, help: "Send the virtual host as TLS server name" },
  { long: "server", short: "s", value: true, help: "Address of the server" },
  { long: "port", short: "p", value: true, help: "Port of the server" },
  { long: "url", short: "u", value: true, help: "Path of the page" },
  { long: "use-virtualhost", short: "V", value: true, help: "Host header" },
  { long: "verbose", short: "v", value: false, help: "Show what the server sends" },
  { long: "help", short: "h", value: false, help: "Show this help" },
  { long: "fwmark", short: "m", value: true, help: "Firewall mark of the packets" },
  {
    long: "protocol",
    short: "P",
    value: true,
    help: "Version of HTTP: 1.0, 1.0c (with Connection: close) or 1.1",
  },
  { long: "timeout", short: "t", value: true, help: "Longest time for each step, in seconds" },
];

/** Longest time for each step, if nothing is said. */
const defaultTimeoutS = 5;
const longestTimeoutS = 4_294_967_295;

/**
 * Reads the words after the program's name, as getopt_long(3) has it.
 *
 * @returns the options, or what is wrong with the words; nothing is wrong with asking for help
 */
export function parseGenhashOptions(
  words: readonly string[],
): GenhashOptions | { readonly problem: string | undefined } {
  const given = new Map<string, string>();
  const surplus: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") surplus.push(...queue.splice(0));
    else if (word.startsWith("--")) {
      const problem = takeLong(word, queue, given);
      if (problem !== undefined) return { problem };
    } else if (word.startsWith("-") && word !== "-") {
      const problem = takeShort(word, queue, given);
      if (problem !== undefined) return { problem };
    } else surplus.push(word);
  }
  if (given.has("help")) return { problem: undefined };
  if (surplus.length > 0) return { problem: `Unexpected argument(s): ${surplus.join(" ")}` };
  return optionsOf(given);
}

/** `--name`, `--name value` or `--name=value`; the name may be cut as long as it is one name's. */
function takeLong(word: string, queue: string[], given: Map<string, string>): string | undefined {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const matches = genhashOptionRows.filter(({ long }) => long.startsWith(name));
  const row = genhashOptionRows.find(({ long }) => long === name) ??
    (matches.length === 1 ? matches[0] : undefined);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  if (row === undefined || (attached !== undefined && !row.value)) return `Unknown option ${word}`;
  return take(row, attached, queue, given);
}

/** Letters together, the last one with its value attached or as the next word. */
function takeShort(word: string, queue: string[], given: Map<string, string>): string | undefined {
  for (let at = 1; at < word.length; at++) {
    const row = genhashOptionRows.find(({ short }) => short === word[at]);
    if (row === undefined) return `Unknown option -${word[at]}`;
    const rest = word.slice(at + 1);
    const problem = take(row, row.value && rest !== "" ? rest : undefined, queue, given);
    if (problem !== undefined || row.value) return problem;
  }
  return undefined;
}

function take(
  row: OptionRow,
  attached: string | undefined,
  queue: string[],
  given: Map<string, string>,
): string | undefined {
  const value = row.value ? attached ?? queue.shift() : "";
  if (value === undefined) return `option --${row.long} needs a value`;
  given.set(row.long, value);
  return undefined;
}

function optionsOf(
  given: ReadonlyMap<string, string>,
): GenhashOptions | { readonly problem: string | undefined } {
  const [text = "", port, url] = ["server", "port", "url"].map((name) => given.get(name));
  // As the C daemon has it, a mask counts for nothing.
  const server = parseIp(text.replace(/\/[0-9]+$/, ""));
  if (given.has("server") && server === undefined) {
    return { problem: `server should be an IP, not ${text}` };
  }
  const [fwmark = "0", timeout = String(defaultTimeoutS), protocol = "1.0"] = [
    "fwmark",
    "timeout",
    "protocol",
  ].map((name) => given.get(name));
  const version = { "1.0": "1.0", "1.0c": "1.0C", "1.0C": "1.0C", "1.1": "1.1" } as const;
  const known = Object.hasOwn(version, protocol)
    ? version[protocol as keyof typeof version]
    : undefined;
  const numbers = {
    "port number": [port ?? "1", 1, 65_535],
    fwmark: [fwmark, 0, 4_294_967_295],
    timeout: [timeout, 0, longestTimeoutS],
  } as const;
  for (const [name, [value, least, most]] of Object.entries(numbers)) {
    const isGood = /^[0-9]+$/.test(value) && Number(value) >= least && Number(value) <= most;
    if (!isGood) return { problem: `invalid ${name} '${value}'` };
  }
  if (known === undefined) return { problem: `invalid HTTP protocol version '${protocol}'` };
  if (server === undefined || port === undefined || url === undefined) {
    return { problem: undefined };
  }
  return {
    server,
    port: Number(port),
    url,
    virtualHost: given.get("use-virtualhost"),
    version: known,
    tls: given.has("use-ssl"),
    sni: given.has("use-sni"),
    mark: Number(fwmark),
    timeoutUs: (Number(timeout) || defaultTimeoutS) * 1_000_000,
    verbose: given.has("verbose"),
  };
}

/** The text of `--help`. @param called what it was called as: `genhash`, or `keepalived --genhash` */
export function genhashHelp(called: string): string {
  const lines = genhashOptionRows.map(({ long, short, help }) =>
    `   ${`--${long}`.padEnd(17)} -${short}       ${help}.\n`
  );
  return `Usage: ${called} COMMAND [OPTIONS]\nCommands:\n` +
    "   -s server-address -p port -u url\n   -S -s server-address -p port -u url\n   -h\n\n" +
    "Options:\nEither long or short options are allowed.\n" + lines.join("");
}

/** Host header without a virtual host. */
export function hostOf({ server, port, virtualHost }: GenhashOptions): string {
  return virtualHost ?? (familyOf(server) === 6 ? `[${server}]:${port}` : `${server}:${port}`);
}
