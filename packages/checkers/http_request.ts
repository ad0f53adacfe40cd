/** What a request is made of. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  /** `1.0C`: 1.0 with `Connection: close`. */
  readonly version: "1.0" | "1.0C" | "1.1";
  /** Host header. */
  readonly host: string;
  /** Further headers; one of a name that there is already takes its place. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
};

/** The text of a request; without additions the very bytes that keepalived sends. */
export function renderRequest(request: HttpRequest): string {
  const { method, path, version, host, headers, body } = request;
  const own: readonly (readonly [string, string])[] = [
    ["User-Agent", "KeepAliveClient"],
    ...(version === "1.0" ? [] : [["Connection", "close"] as const]),
    ["Host", host],
    ...(body === undefined
      ? []
      : [["Content-Length", String(new TextEncoder().encode(body).length)] as const]),
  ];
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const all = [...own.filter(([name]) => !named.has(name.toLowerCase())), ...headers];
  const lines = [
    `${method} ${path} HTTP/${version === "1.1" ? "1.1" : "1.0"}`,
    ...all.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}
