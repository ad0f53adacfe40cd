import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { assertTestdata, documentFixture } from "../testing/fixture.ts";
import { exposition } from "./exposition.ts";
import { type MetricsPlace, MetricsServer } from "./metrics_server.ts";
import { metricsText } from "./metrics_text.ts";

const document = documentFixture();

test("metrics of the fixture", () => {
  assertTestdata("metrics.txt", metricsText(document));
});

test("metrics are OpenMetrics: families in one piece, units in names, no series twice", () => {
  const lines = metricsText(document).split("\n");
  assert.deepEqual(lines.slice(-2), ["# EOF", ""]);
  const types = new Map<string, string>();
  const series = new Set<string>();
  let family = "";
  for (const line of lines.slice(0, -2)) {
    const [, word, name = "", rest = ""] = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line) ?? [];
    if (word === "TYPE") {
      assert.ok(!types.has(name), `${name} comes twice`);
      types.set(name, rest);
      family = name;
    } else if (word !== undefined) {
      assert.equal(name, family);
      if (word === "UNIT") assert.ok(name.endsWith(`_${rest}`), name);
    } else {
      const sample = /^([a-z_]+)((?:\{(?:[a-z_]+="[^"\n]*",?)+\})?) (-?\d[\d.e+-]*)$/.exec(line);
      assert.ok(sample !== null, line);
      const suffix = { counter: "_total", info: "_info", gauge: "" }[types.get(family) ?? ""];
      assert.equal(sample[1], `${family}${suffix}`, line);
      const key = `${sample[1]}${sample[2]}`;
      assert.ok(!series.has(key), `${key} comes twice`);
      series.add(key);
    }
  }
  assert.ok(types.size > 40, `${types.size} families`);
});

test("docs/metrics.md names every metric, and no other", () => {
  const text = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `(keepalived\w*)`/gm)].map(([, name]) => name);
  const served = [...metricsText(withReload()).matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .map(([, name, type]) =>
      type === "counter" ? `${name}_total` : type === "info" ? `${name}_info` : name
    );
  assert.deepEqual(documented.toSorted(), served.toSorted());
});

test("labels are escaped", () => {
  const samples = [{ labels: { name: 'a"b\\c\nd' }, value: 1 }];
  assert.equal(
    exposition([{ name: "x", type: "gauge", help: "a\nb", samples }]),
    '# TYPE x gauge\n# HELP x a\\nb\nx{name="a\\"b\\\\c\\nd"} 1\n# EOF\n',
  );
});

test("GET /metrics answers by TCP, several at once with one question, and nothing else is served", async () => {
  let asked = 0;
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  using server = await Scraped.start({ address: "127.0.0.1", port }, async () => {
    asked++;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return "# EOF\n";
  });
  const answers = await Promise.all([1, 2, 3].map(() => server.get("GET", "/metrics?x=1")));
  assert.deepEqual(answers.map(({ status, text }) => [status, text]), [
    [200, "# EOF\n"],
    [200, "# EOF\n"],
    [200, "# EOF\n"],
  ]);
  assert.equal(asked, 1);
  assert.match(answers[0]?.type ?? "", /^application\/openmetrics-text; version=1\.0\.0/);
  assert.deepEqual((await server.get("HEAD", "/metrics")).text, "");
  assert.equal((await server.get("GET", "/")).status, 404);
  assert.equal((await server.get("POST", "/metrics")).status, 405);
  assert.deepEqual(server.said, []);
});

test("metrics by a Unix socket, for the owner or a group; a failure is told and logged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-metrics-"));
  const path = join(folder, "metrics.sock");
  {
    using server = await Scraped.start({ path }, () => Promise.reject(new Error("no reason")));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal((await server.get("GET", "/metrics")).status, 500);
    assert.deepEqual(server.said, ["Cannot tell metrics: no reason"]);
  }
  using server = await Scraped.start({ path, groupId: 5 }, () => Promise.resolve("# EOF\n"));
  const { mode, gid } = statSync(path);
  assert.deepEqual([mode & 0o777, gid], [0o660, 5]);
  assert.equal((await server.get("GET", "/metrics")).text, "# EOF\n");
  rmSync(folder, { recursive: true });
});

/** With everything that the fixture lacks. */
function withReload() {
  const { vrrp } = document;
  assert.ok(vrrp !== undefined);
  const lateness = { count: 1, longestS: 0.1 };
  const [first, ...rest] = vrrp.instances;
  assert.ok(first !== undefined);
  const peer = { address: "10.0.0.9", heardAt: 1, advertisements: 0, refused: { checksum: 2 } };
  return {
    ...document,
    vrrp: {
      ...vrrp,
      process: { ...vrrp.process, lateness },
      instances: [{ ...first, peers: [peer] }, ...rest],
    },
  };
}

/** A server and a client of it. */
class Scraped {
  readonly said: string[] = [];
  readonly #place: MetricsPlace;
  readonly #server: MetricsServer;

  private constructor(place: MetricsPlace, text: () => Promise<string>) {
    this.#place = place;
    const log = (_: string, text: string) => void this.said.push(text);
    this.#server = new MetricsServer({ log, place, text });
  }

  /** Done when it listens. */
  static async start(place: MetricsPlace, text: () => Promise<string>): Promise<Scraped> {
    const scraped = new Scraped(place, text);
    for (let i = 0; i < 100; i++) {
      try {
        await scraped.get("GET", "/ready");
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10)); // Not yet.
      }
    }
    return scraped;
  }

  get(method: string, path: string) {
    const place = this.#place;
    const where = "path" in place
      ? { socketPath: place.path }
      : { host: place.address, port: place.port };
    return new Promise<{ status: number; text: string; type: string }>((resolve, reject) => {
      request({ ...where, method, path, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => text += part);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            type: response.headers["content-type"] ?? "",
          }));
      }).on("error", reject).end();
    });
  }

  [Symbol.dispose](): void {
    this.#server[Symbol.dispose]();
  }
}
