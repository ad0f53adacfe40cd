import fc from "fast-check";
import { type Argument, type Keyword, ROOT, type Table } from "@keepalived/keepalived-config";

/**
 * Texts of configurations, made from the keyword tables: every keyword of every block, with values in its range, and with
 * words that need care, as quotes, comment marks and braces do.
 */
export function configurations(): fc.Arbitrary<string> {
  return fc.array(statementOf(ROOT), { maxLength: 6 })
    .map((statements) => `${statements.join("\n")}\n`);
}

function statementOf(table: Table): fc.Arbitrary<string> {
  if (table.kind === "lines") return lineOf(table.of);
  const rows = table.keywords.map(statement);
  return fc.oneof(...rows, ...(table.values === true ? [lineOf(table.name)] : []));
}

function statement(keyword: Keyword): fc.Arbitrary<string> {
  const head = fc.tuple(...keyword.arguments.map(argumentText))
    .map((words) => [keyword.name, ...words.filter((word) => word !== "")].join(" "));
  const { block } = keyword;
  if (block === undefined) return head;
  const required = REQUIRED[keyword.name] ?? [];
  const inner = fc.array(statementOf(block), { maxLength: 8 }).map((
    body,
  ) => [...required, ...body]);
  return fc.tuple(head, inner).map(([line, body]) => [`${line} {`, ...body, "}"].join("\n"));
}

/** What a block needs to mean anything: without it, it is left out whatever else it says. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  vrrp_instance: ["interface eth0", "virtual_router_id 7", "virtual_ipaddress {\n10.1.1.1\n}"],
  vrrp_script: ['script "/bin/true"'],
  vrrp_track_process: ["process sh"],
  track_file: ["file /tmp/x"],
  bfd_instance: ["neighbor_ip 10.0.0.9"],
  virtual_server: ["protocol TCP", "real_server 10.0.0.7 80 {\nTCP_CHECK {\n}\n}"],
  MISC_CHECK: ['misc_path "/bin/true"'],
  url: ["path /"],
};

function argumentText(argument: Argument): fc.Arbitrary<string> {
  const text = valueText(argument);
  return argument.optional === true ? fc.oneof(text, fc.constant("")) : text;
}

function valueText(argument: Argument): fc.Arbitrary<string> {
  switch (argument.kind) {
    case "integer":
      return fc.integer({ min: argument.min, max: argument.max }).map(String);
    case "seconds": {
      const places = argument.decimals ? argument.places ?? 6 : 0;
      const scale = 10 ** places;
      const most = Math.min(argument.max * scale, Number.MAX_SAFE_INTEGER);
      return fc.integer({ min: Math.ceil(argument.min * scale), max: Math.floor(most) })
        .map((value) => (value / scale).toFixed(places));
    }
    case "boolean":
      return fc.constantFrom("on", "off", "true", "false", "yes", "no");
    case "choice":
      return fc.constantFrom(...argument.of);
    case "address":
      return argument.multicast === true
        ? fc.constantFrom(...(argument.family === 6 ? ["ff02::5"] : ["224.0.0.5", "239.1.1.1"]))
        : addresses(argument.family);
    case "command":
      return fc.oneof(
        fc.constantFrom("/bin/true", '"/bin/true a b"', "\"/bin/sh -c 'a  b' \\x41\" root wheel"),
        fc.array(fc.oneof(awkward, fc.constant(" ")), { maxLength: 6 }).map((parts) =>
          `"${parts.join("").replaceAll('"', "'")}"`
        ),
        words,
      );
    case "word":
      return word;
    case "rest":
      return /fwmark/.test(argument.of)
        ? fc.constantFrom("10.0.0.3 80", "fwmark 3", "group VI_1", "2001:db8::3 443")
        : fc.oneof(words, fc.integer({ min: 0, max: 300 }).map(String), addressLine);
  }
}

function addresses(family: 4 | 6 | undefined): fc.Arbitrary<string> {
  const four = fc.ipV4();
  const six = fc.constantFrom("fe80::1", "2001:db8::a", "::1");
  return family === 4 ? four : family === 6 ? six : fc.oneof(four, six);
}

/** Pieces of words that are more than letters, each a whole one to the parser. */
const awkward = fc.constantFrom(
  ...[
    "a",
    "VI_1",
    "eth0",
    "0",
    "01",
    "1.0",
    "true",
    "on",
    "~",
    "@x",
    "é",
    "x'y",
    "\\n",
    "\\\\",
    "\\101",
  ],
  ...[
    "include",
    "$x",
    "${y}",
    "${_HASH}",
    "${_BANG}",
    "\\#",
    "\\!",
    "~SEQ(a,2)",
    "^",
    "null",
    "-",
    "%",
  ],
  ...['"a b"', '"#"', '"{}"', '"!x"', '"a\\#b"', '""'],
);

const word = fc.oneof(
  fc.constantFrom("A", "B", "VI_1", "eth0", "10", "on"),
  fc.array(awkward, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
);

const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(" "));

const addressLine = fc.tuple(
  addresses(undefined),
  fc.constantFrom(
    "",
    "/24",
    " dev eth1",
    "/32 dev eth0 scope link no_track",
    " 80",
    " label eth0:1",
  ),
).map(([address, rest]) => address + rest);

function lineOf(of: string): fc.Arbitrary<string> {
  const number = fc.integer({ min: -300, max: 300 });
  const tracked = fc.tuple(word, number).map(([name, weight]) => `${name} weight ${weight}`);
  return /ADDRESS|IP/.test(of)
    ? fc.oneof(addressLine, words)
    : fc.oneof(words, tracked, addressLine);
}
