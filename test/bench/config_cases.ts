import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A kind of large configuration. */
export type ConfigCase = {
  readonly name: string;
  readonly summary: string;
  /** The files for a number of objects; the main one is `main.conf`. */
  readonly files: (size: number) => Readonly<Record<string, string>>;
};

export const cases: readonly ConfigCase[] = [
  {
    name: "real-servers",
    summary: "one virtual server with very many real servers",
    files: (size) => ({
      "main.conf": virtualServer("10.0.0.1", counted(size, (i) => realServer(addressOf(i)))),
    }),
  },
  {
    name: "virtual-servers",
    summary: "very many virtual servers with one real server each",
    files: (size) => ({
      "main.conf": counted(size, (i) => virtualServer(addressOf(i), realServer("192.168.0.1"))),
    }),
  },
  {
    name: "instances",
    summary: "very many virtual routers on interfaces of their own",
    files: (size) => ({
      "main.conf": dynamic + counted(size, (i) => instance(i, "state BACKUP\n    priority 100")),
    }),
  },
  {
    name: "includes",
    summary: "the same in files of 1000, with definitions",
    files: (size) => {
      const files: Record<string, string> = {
        "main.conf": `${dynamic}$PRIORITY=100
$NET=10
$COMMON= \\
    state BACKUP \\
    priority \${PRIORITY}
include part*.conf
`,
      };
      for (let start = 0; start < size; start += 1000) {
        const count = Math.min(1000, size - start);
        files[`part${String(start / 1000).padStart(4, "0")}.conf`] = counted(
          count,
          (i) => instance(start + i, "$COMMON", "${NET}"),
        );
      }
      return files;
    },
  },
];

/** Writes the files into a folder, and returns the main one. */
export function writeCase({ files }: ConfigCase, size: number, folder: string): string {
  for (const [name, text] of Object.entries(files(size))) writeFileSync(join(folder, name), text);
  return join(folder, "main.conf");
}

/** Interfaces need not be there. */
const dynamic = "global_defs {\n    dynamic_interfaces\n}\n";

function counted(size: number, make: (i: number) => string): string {
  return Array.from({ length: size }, (_, i) => make(i + 1)).join("");
}

function addressOf(i: number, net = "10"): string {
  return `${net}.${i >> 16 & 255}.${i >> 8 & 255}.${i & 255}`;
}

function virtualServer(address: string, realServers: string): string {
  return `virtual_server ${address} 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
${realServers}}
`;
}

function realServer(address: string): string {
  return `    real_server ${address} 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
`;
}

function instance(i: number, common: string, net?: string): string {
  return `vrrp_instance VI_${i} {
    ${common}
    interface e${i}
    virtual_router_id ${i % 255 + 1}
    virtual_ipaddress {
        ${addressOf(i, net)}/24
    }
}
`;
}
