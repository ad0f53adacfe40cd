import { type ClientRequest, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { WebhookConfig } from "@keepalived/keepalived-config";
import type { Failure } from "./delivery_queue.ts";
import { readSecret, tlsOptionsOf } from "./secret.ts";

/** Refusals that may be over soon: request timeout, conflict, too early, too many requests. */
const passing: readonly number[] = [408, 409, 425, 429];

/**
 * Posts JSON to a webhook; any answer of the class 2xx will do. Redirections are not followed.
 *
 * @returns why it was not taken; undefined: it was
 */
export async function post(json: string, webhook: WebhookConfig): Promise<Failure | undefined> {
  const limitMs = webhook.timeoutUs / 1000;
  let request: ClientRequest | undefined;
  let limit: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Failure>((resolve) => {
    const failure = { reason: `no answer after ${limitMs / 1000} s`, permanent: false };
    limit = setTimeout(() => resolve(failure), limitMs);
  });
  try {
    const answer = new Promise<number>((resolve, reject) => {
      request = open(json, webhook);
      request.once("response", (response) => {
        response.once("error", () => {}); // Nothing that follows matters.
        resolve(response.statusCode ?? 0);
      });
      request.on("error", reject);
      request.end(json);
    });
    return await Promise.race([late, answer.then(failureOf)]);
  } catch (error) {
    return { reason: (error as Error).message, permanent: false };
  } finally {
    clearTimeout(limit);
    request?.destroy();
  }
}

/** @throws Error if a secret or the certificates cannot be read */
function open(json: string, { url, headers, trust }: WebhookConfig): ClientRequest {
  const isTls = url.toLowerCase().startsWith("https:");
  const own = Object.fromEntries(headers.map(({ name, value }) => [name, readSecret(value)]));
  return (isTls ? requestTls : requestPlain)(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": String(new TextEncoder().encode(json).length),
      "user-agent": "keepalived",
      ...own,
    },
    // Each on a connection of its own: they are rare.
    agent: false,
    ...(isTls ? tlsOptionsOf(trust) : {}),
  });
}

function failureOf(status: number): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const permanent = status >= 300 && status < 500 && !passing.includes(status);
  return { reason: `the server answers ${status}`, permanent };
}
