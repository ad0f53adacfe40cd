/**
 * A configuration for both daemons.
 *
 * `@1` to `@3` are addresses where something listens that fails and comes back; `%1` to `%3` are files that hold 0 while
 * it is well and 1 otherwise, `%%1` to `%%3` such that hold 7 and 1.
 */
export type PeerConfiguration = {
  readonly name: string;
  readonly text: string;
  /** What a reload changes: each text becomes the other, wherever it is. */
  readonly reload: readonly (readonly [from: string, to: string])[];
  /** Where the tables are not the same on purpose. */
  readonly difference?: {
    /** What the C daemon does, and why we do not. See docs/differences.md. */
    readonly reason: string;
    /** Our table after each event after which it is not that of the C daemon. */
    readonly ours: Readonly<Record<string, readonly string[]>>;
  };
};

const tcp = (k: number, more = "retry 0") =>
  `TCP_CHECK {\nconnect_ip @${k}\nconnect_port 9000\nconnect_timeout 5\n${more}\n}`;

/** The real server with a number, which is checked where the listener of that number is. */
function real(k: number, more = "", check: string = tcp(k), address = `10.0.0.${k} 80`): string {
  return `real_server ${address} {\n${more}\n${check}\n}`;
}

const three = [real(1), real(2), real(3)];

function virtual(
  key: string,
  lines: string,
  servers: readonly string[] = three,
  kind = "lb_algo rr\nlb_kind NAT",
): string {
  return [
    `virtual_server ${key} {`,
    "delay_loop 1",
    "warmup 0",
    kind,
    lines,
    ...servers,
    "}",
    "",
  ].join("\n");
}

const web = "192.0.2.1 80";
const sorry = "sorry_server 10.0.0.99 80";
const weighted = [1, 2, 3].map((k) => real(k, `weight ${k}`));
const toWlc = ["lb_algo rr", "lb_algo wlc"] as const;

const group = (members: string) => `virtual_server_group G {\n${members}\n}\n`;

const changedWhileDown =
  "Failed servers whose method a reload changes are put into the table, and stay there though they still fail.";

/** Services, each with servers 10.0.0.N:80. */
function served(keys: readonly string[], servers: readonly number[]): readonly string[] {
  return keys.flatMap((key) => [
    `-A ${key} -s rr`,
    ...servers.map((n) => `-a ${key} -r 10.0.0.${n}:80 -m -w 1`),
  ]);
}

/** Each with what is peculiar to it. */
export const peerConfigurations: readonly PeerConfiguration[] = [
  {
    name: "masquerading; a reload changes the scheduler",
    text: virtual(web, "protocol TCP"),
    reload: [toWlc],
  },
  {
    name: "weights over direct routing, and tunnels; a reload changes both",
    text: virtual(web, "protocol TCP", weighted, "lb_algo wrr\nlb_kind DR") +
      virtual("192.0.2.1 81", "protocol TCP", three, "lb_algo wlc\nlb_kind TUN"),
    reload: [["weight 2", "weight 9"], ["lb_kind TUN", "lb_kind DR"]],
    difference: {
      reason: changedWhileDown,
      ours: {
        "a reload while all are down": ["-A -t 192.0.2.1:80 -s wrr", "-A -t 192.0.2.1:81 -s wlc"],
        "a server returns": [
          "-A -t 192.0.2.1:80 -s wrr",
          "-A -t 192.0.2.1:81 -s wlc",
          "-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 9",
          "-a -t 192.0.2.1:81 -r 10.0.0.2:81 -g -w 1",
        ],
      },
    },
  },
  {
    name: "methods of real servers; a reload changes them",
    text: virtual(web, "protocol TCP", [
      real(1, "lvs_method TUN type gue port 5555"),
      real(2, "lvs_method TUN type gre"),
      real(3, "lvs_method TUN type ipip"),
    ]) + virtual("192.0.2.1 81", "protocol TCP", [
      real(1, "lvs_method NAT"),
      real(2, "lvs_method DR"),
      real(3, "lvs_method TUN"),
    ]),
    reload: [["type gre", "type gre csum"], ["lvs_method DR", "lvs_method NAT"]],
    difference: {
      reason: changedWhileDown,
      ours: {
        "a reload while all are down": ["-A -t 192.0.2.1:80 -s rr", "-A -t 192.0.2.1:81 -s rr"],
      },
    },
  },
  {
    name: "inhibit_on_failure of all and of one",
    text: virtual(web, "protocol TCP\ninhibit_on_failure") +
      virtual("192.0.2.1 81", "protocol TCP", [real(1, "inhibit_on_failure"), real(2)]),
    reload: [toWlc],
  },
  {
    name: "sorry server; a reload names another one",
    text: virtual(web, `protocol TCP\n${sorry}`),
    reload: [["10.0.0.99", "10.0.0.98"]],
  },
  {
    name: "sorry server that is inhibited, on another port, with a method of its own",
    text: virtual(
      web,
      "protocol TCP\nsorry_server 10.0.0.99 8080\nsorry_server_inhibit\nsorry_server_lvs_method NAT",
    ),
    reload: [toWlc],
  },
  {
    name: "quorum with hysteresis, weights and a sorry server",
    text: virtual(web, `protocol TCP\nquorum 4\nhysteresis 1\n${sorry}`, weighted),
    reload: [["quorum 4", "quorum 2"]],
  },
  {
    name: "quorum without a sorry server, and with inhibited servers",
    text: virtual(web, "protocol TCP\nquorum 3") +
      virtual("192.0.2.1 81", `protocol TCP\ninhibit_on_failure\nquorum 2\n${sorry}`),
    reload: [["quorum 3", "quorum 1"], toWlc],
  },
  {
    name: "persistence with and without its details; a reload changes them",
    text:
      virtual(web, "protocol TCP\npersistence_timeout 50\npersistence_granularity 255.255.0.0") +
      virtual("192.0.2.2 0", "protocol TCP\npersistence_timeout\nquorum 2", [
        real(1, "", undefined, "10.0.0.1 0"),
        real(2, "", undefined, "10.0.0.2 0"),
      ], "lb_algo rr\nlb_kind DR"),
    reload: [["timeout 50", "timeout 70"], ["255.255.0.0", "255.255.255.0"], [
      "persistence_timeout\nquorum 2",
      "persistence_timeout 100",
    ]],
  },
  {
    name: "UDP with SIP's engine and with one packet each; SCTP",
    text: virtual(
      "192.0.2.1 5060",
      "protocol UDP\npersistence_engine sip\npersistence_timeout 60",
      [real(1, "", undefined, "10.0.0.1 5060"), real(2, "", undefined, "10.0.0.2 5060")],
    ) + virtual(
      "192.0.2.1 53",
      "protocol UDP\nops",
      [1, 2].map((k) =>
        real(
          k,
          "",
          `UDP_CHECK {\nconnect_ip @${k}\nconnect_port 9000\nconnect_timeout 0.4\nretry 0\n}`,
          `10.0.0.${k} 53`,
        )
      ),
    ) + virtual("192.0.2.1 3868", "protocol SCTP", [
      real(1, "", undefined, "10.0.0.1 3868"),
      real(2, "", undefined, "10.0.0.2 3868"),
    ]),
    reload: [["timeout 60", "timeout 61"], ["ops", ""], toWlc],
  },
  {
    name: "IPv6, to other ports, with persistence, and to IPv4 through tunnels",
    text: virtual("2001:db8::1 80", "protocol TCP\nsorry_server 2001:db8:2::99 8080", [
      real(1, "weight 5", undefined, "2001:db8:2::1 8080"),
      real(2, "", undefined, "2001:db8:2::2 8081"),
    ]) + virtual(
      "2001:db8::1 443",
      "protocol TCP\npersistence_timeout 90\npersistence_granularity 64",
      [real(1, "", undefined, "2001:db8:2::1 443"), real(2, "", undefined, "2001:db8:2::2 443")],
      "lb_algo wlc\nlb_kind DR",
    ) + virtual("2001:db8::2 80", "protocol TCP", three, "lb_algo rr\nlb_kind TUN"),
    reload: [["weight 5", "weight 6"], ["timeout 90", "timeout 95"], toWlc],
  },
  {
    name: "firewall marks of both families; a reload takes another one",
    text: virtual("fwmark 7", "protocol TCP") + virtual("fwmark 4294967295", "ip_family inet6", [
      real(1, "", undefined, "2001:db8:2::1 80"),
      real(2, "", undefined, "2001:db8:2::2 80"),
    ], "lb_algo rr\nlb_kind DR"),
    reload: [["fwmark 7", "fwmark 8"], toWlc],
  },
  {
    name: "a group of addresses, a range and a mark; a reload takes one member and adds another",
    text: group("192.0.2.1 80\n192.0.2.4-6 8080\nfwmark 5") +
      virtual("group G", "protocol TCP"),
    reload: [["192.0.2.1 80", "192.0.2.2 80\n192.0.2.3 80"], ["fwmark 5", ""]],
    difference: {
      reason:
        "It leaves the service of a member that is gone if a server was up, without its servers.",
      ours: {
        "a reload back": served(
          ["-f 5", "-t 192.0.2.1:80", ...[4, 5, 6].map((n) => `-t 192.0.2.${n}:8080`)],
          [1, 2, 3],
        ),
      },
    },
  },
  {
    name: "a group whose members change while its sorry server serves",
    text: group("192.0.2.1 80\n192.0.2.2 80") + virtual("group G", `protocol TCP\n${sorry}`),
    reload: [["192.0.2.1 80", "192.0.2.3 80"]],
    difference: {
      reason:
        "It forgets the sorry server: of a member that is gone it stays, a new member does not get it.",
      ours: {
        "a reload while all are down": served(["-t 192.0.2.2:80", "-t 192.0.2.3:80"], [99]),
        "a server returns": served(["-t 192.0.2.2:80", "-t 192.0.2.3:80"], [2]),
        "all servers return": served(["-t 192.0.2.2:80", "-t 192.0.2.3:80"], [1, 2, 3]),
        "a reload back": served(["-t 192.0.2.1:80", "-t 192.0.2.2:80"], [1, 2, 3]),
      },
    },
  },
  {
    name: "a group for TCP and UDP",
    text: group("192.0.2.1 53\n192.0.2.2 53") +
      virtual("group G", "protocol TCP", [real(1, "", undefined, "10.0.0.1 53")]) +
      virtual("group G", "protocol UDP", [
        real(2, "weight 4", undefined, "10.0.0.2 53"),
        real(3, "", undefined, "10.0.0.3 53"),
      ]),
    reload: [["weight 4", "weight 5"]],
  },
  {
    name: "alpha: nothing is in before it has answered",
    text: virtual(web, `protocol TCP\nalpha\n${sorry}`),
    reload: [toWlc],
  },
  {
    name: "flags of hashing schedulers, and thresholds",
    text: virtual(web, "protocol TCP", three, "lb_algo sh\nsh-port\nsh-fallback\nlb_kind NAT") +
      virtual("192.0.2.1 81", "protocol TCP", three, "lb_algo mh\nmh-port\nlb_kind DR") +
      virtual("192.0.2.1 82", "protocol TCP", [
        real(1, "weight 1\nuthreshold 100\nlthreshold 50"),
        real(2, "weight 0"),
        real(3),
      ]),
    // Of a server that is up, the C daemon takes over other thresholds only with another weight.
    reload: [["sh-fallback", ""], ["mh-port", "mh-fallback"], ["weight 0", "weight 3"], [
      "weight 1\nuthreshold 100",
      "weight 2\nuthreshold 200",
    ]],
  },
  {
    name: "HTTP_GET with two urls",
    text: virtual(
      web,
      "protocol TCP",
      [1, 2].map((k) =>
        real(
          k,
          "",
          `HTTP_GET {\nurl {\npath /\nstatus_code 200\n}\nurl {\npath /b\n}\n` +
            `connect_ip @${k}\nconnect_port 9000\nretry 0\nconnect_timeout 5\n}`,
        )
      ),
    ),
    reload: [toWlc],
  },
  {
    name: "MISC_CHECK and FILE_CHECK, with and without weights",
    text: `track_file F1 {\nfile "%1"\n}\ntrack_file F2 {\nfile "%%2"\n}\n` +
      virtual(web, "protocol TCP", [
        real(1, "", `FILE_CHECK {\ntrack_file F1\n}`),
        real(2, "weight 3", `FILE_CHECK {\ntrack_file F2\nweight 2\n}`),
      ]) + virtual("192.0.2.1 81", "protocol TCP", [
        real(1, "", `MISC_CHECK {\nmisc_path "%misc %1"\nmisc_timeout 10\n}`),
        real(2, "", `MISC_CHECK {\nmisc_path "%misc %%2"\nmisc_timeout 10\nmisc_dynamic\n}`),
      ]),
    reload: [toWlc],
  },
  {
    name: "two checkers for a server, and retries",
    text: virtual(web, "protocol TCP", [
      real(1, "", `${tcp(1)}\n${tcp(2, "retry 1\ndelay_before_retry 0.2")}`),
      real(2, "", tcp(2, "retry 2\ndelay_before_retry 0.2")),
      real(3),
    ]),
    reload: [toWlc],
  },
  {
    name: "servers without checkers; a reload takes one and adds one",
    text: virtual(web, "protocol TCP", [real(1), real(2, "", ""), real(3, "", "")]),
    reload: [["10.0.0.3", "10.0.0.4"]],
  },
  {
    name: "a server that is named twice",
    text: virtual(web, "protocol TCP", [real(1, "weight 2"), real(1, "weight 3"), real(2)]),
    reload: [toWlc],
  },
  {
    name: "a reload takes a virtual server away and brings another",
    text: virtual(web, "protocol TCP") + virtual("192.0.2.9 443", "protocol TCP", [
      real(1, "", undefined, "10.0.0.1 443"),
    ]),
    reload: [["192.0.2.9 443", "192.0.2.10 443"]],
  },
  {
    name: "many virtual servers at once; a reload changes all",
    text: Array.from(
      { length: 12 },
      (_, i) => virtual(`192.0.2.${i + 1} 80`, "protocol TCP", [real(1), real(2), real(3, "", "")]),
    ).join(""),
    reload: [toWlc],
  },
];
