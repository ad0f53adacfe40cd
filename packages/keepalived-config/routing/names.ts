import type { Loader } from "@keepalived/conf-parser";

/** Files in which iproute2 keeps names of numbers. */
export type NameFile =
  | "rt_tables"
  | "rt_protos"
  | "rt_scopes"
  | "rt_realms"
  | "rt_dsfield"
  | "group";

/** Numbers by name, as `ip` knows them. */
export type RoutingNames = (file: NameFile, name: string) => number | undefined;

/** What iproute2 brings. */
const BUILT_IN: Readonly<Record<NameFile, Readonly<Record<string, number>>>> = {
  rt_tables: { unspec: 0, default: 253, main: 254, local: 255 },
  rt_protos: {
    unspec: 0,
    redirect: 1,
    kernel: 2,
    boot: 3,
    static: 4,
    gated: 8,
    ra: 9,
    mrt: 10,
    zebra: 11,
    bird: 12,
    dnrouted: 13,
    xorp: 14,
    ntk: 15,
    dhcp: 16,
    keepalived: 18,
    babel: 42,
    openr: 99,
    bgp: 186,
    isis: 187,
    ospf: 188,
    rip: 189,
    eigrp: 192,
  },
  rt_scopes: { global: 0, site: 200, link: 253, host: 254, nowhere: 255 },
  rt_realms: { cosmos: 0 },
  rt_dsfield: {
    default: 0,
    ...Object.fromEntries(
      [1, 2, 3, 4].flatMap((group) =>
        [1, 2, 3].map((drop) => [`AF${group}${drop}`, group << 5 | drop << 3])
      ),
    ),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((group) => [`CS${group}`, group << 5])),
    EF: 0xb8,
  },
  group: { default: 0 },
};

/** Where iproute2 looks, the administrator's folder last. */
const VENDOR_FOLDERS: readonly string[] = ["/usr/share/iproute2", "/usr/lib/iproute2"];
const ADMIN_FOLDER = "/etc/iproute2";

/**
 * The names of routing tables, protocols and so on: those that iproute2 brings, and those of its files.
 *
 * A file is read when a name is asked for that is not known without it, once.
 *
 * @param load reads `FOLDER/rt_tables` and the like; undefined: there are no files
 * @param folders `iproute_usr_dir` and `iproute_etc_dir`
 */
export function routingNames(
  load: Loader | undefined,
  folders: { readonly usr?: string | undefined; readonly etc?: string | undefined },
): RoutingNames {
  const read = new Map<NameFile, ReadonlyMap<string, number>>();
  const places = [
    ...(folders.usr === undefined ? VENDOR_FOLDERS : [folders.usr]),
    folders.etc ?? ADMIN_FOLDER,
  ];
  return (file, name) => {
    let names = read.get(file);
    if (names === undefined) {
      const texts = load === undefined
        ? []
        : places.flatMap((folder) =>
          [`${folder}/${file}`, `${folder}/${file}.d/*.conf`].flatMap((path) =>
            load(path, ADMIN_FOLDER)
          )
        );
      names = new Map(texts.flatMap((one) => "text" in one ? parseNames(one.text) : []));
      read.set(file, names);
    }
    const known = BUILT_IN[file];
    return names.get(name) ?? (Object.hasOwn(known, name) ? known[name] : undefined);
  };
}

/** Lines `NUMBER NAME`; `#` begins a comment. */
function parseNames(text: string): [string, number][] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(0[xX][0-9a-fA-F]+|[0-9]+)\s+([^\s#]+)/.exec(line);
    return match === null ? [] : [[match[2] ?? "", Number(match[1])] as [string, number]];
  });
}

/** IP protocols by their names in `/etc/protocols`. */
export const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  egp: 8,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  "ipv6-icmp": 58,
  icmpv6: 58,
  ospf: 89,
  ipip: 94,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
  "mpls-in-ip": 137,
};
