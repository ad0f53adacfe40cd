import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf } from "../testing/stage.ts";
import { GroupMarks } from "./group_marks.ts";

const group = (name: string, ...members: readonly string[]) =>
  `virtual_server_group ${name} {\n${members.join("\n")}\n}\n`;
const server = (name: string, protocol = "TCP") =>
  `virtual_server ${name} {\nlvs_sched rr\nlvs_method DR\nprotocol ${protocol}\n` +
  `real_server 10.0.0.1 80 {\n}\n}\n`;

const web = group("WEB", "192.0.2.1 80", "192.0.2.4-6 80") + server("group WEB") +
  server("group WEB", "UDP");
const mail = group("MAIL", "192.0.2.9 80") + server("group MAIL");

/** Marks of virtual servers: of a group, or the addresses that are served as they are. */
function marksOf(marks: GroupMarks, text: string, settings = "nftables_ipvs") {
  const config = configOf(`global_defs {\n${settings}\n}\n${text}`);
  marks.configure(config);
  return Object.fromEntries(config.virtualServers.map((it) => [
    `${it.group ?? it.name} ${it.protocol ?? ""}`,
    marks.membersOf(it).map((it) => it.kind === "fwmark" ? `${it.mark} v${it.family}` : it.first),
  ]));
}

test("each protocol of a group has a mark, in the order of the file", () => {
  const marks = new GroupMarks();
  assert.deepEqual(marksOf(marks, web + mail), {
    "WEB tcp": ["1000 v4"],
    "WEB udp": ["1001 v4"],
    "MAIL tcp": ["1002 v4"],
  });
  assert.equal(marks.areGiven, true);
  const addresses = [
    { kind: "addresses", first: "192.0.2.1", last: "192.0.2.1", port: 80 },
    { kind: "addresses", first: "192.0.2.4", last: "192.0.2.6", port: 80 },
  ];
  assert.deepEqual(marks.markings.slice(0, 2), [
    { mark: 1000, protocol: "tcp", addresses },
    { mark: 1001, protocol: "udp", addresses },
  ]);
});

test("without the keyword, without a group, and where a group names marks, nothing is marked", () => {
  const text = group("M", "192.0.2.1 80", "fwmark 7") + server("group M");
  assert.deepEqual(marksOf(new GroupMarks(), text), { "M tcp": ["192.0.2.1", "7 v4"] });
  const marks = new GroupMarks();
  const alone = server("192.0.2.7 80");
  assert.deepEqual(marksOf(marks, alone), { "[192.0.2.7]:tcp:80 tcp": ["192.0.2.7"] });
  assert.deepEqual(marksOf(marks, mail, ""), { "MAIL tcp": ["192.0.2.9"] });
  assert.equal(marks.areGiven, false);
});

test("a group keeps its mark as long as it is there; one that goes leaves it to the next", () => {
  const marks = new GroupMarks();
  marksOf(marks, web + mail);
  const more = group("NEW", "192.0.2.10 80") + server("group NEW");
  assert.deepEqual(marksOf(marks, more + mail), {
    "NEW tcp": ["1000 v4"],
    "MAIL tcp": ["1002 v4"],
  });
  assert.deepEqual(marksOf(marks, mail + more), {
    "NEW tcp": ["1000 v4"],
    "MAIL tcp": ["1002 v4"],
  });
  marks.clear();
  assert.deepEqual(marks.markings, []);
  assert.equal(marks.areGiven, false);
});

test("a mark that the configuration names is given to no group, nor one beyond the last", () => {
  const settings = "nftables_ipvs\nnftables_ipvs_start_fwmark 4294967295";
  const taken = server("fwmark 1") + server("fwmark 4294967295");
  assert.deepEqual(marksOf(new GroupMarks(), taken + mail, settings)["MAIL tcp"], ["2 v4"]);
  const marks = new GroupMarks();
  assert.deepEqual(marksOf(marks, mail, settings)["MAIL tcp"], ["4294967295 v4"]);
  assert.deepEqual(marksOf(marks, taken + mail, settings)["MAIL tcp"], ["2 v4"]);
});

test("a group of both families has a service in each", () => {
  const tunnel = server("group B").replace("DR", "TUN");
  const text = group("B", "192.0.2.1 80", "2001:db8::1 80") + tunnel;
  assert.deepEqual(marksOf(new GroupMarks(), text), { "B tcp": ["1000 v4", "1000 v6"] });
});
