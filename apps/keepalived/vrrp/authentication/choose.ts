import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { Authenticator } from "./authenticator.ts";
import { headerAuthenticator } from "./header.ts";
import { hmacAuthenticator } from "./hmac.ts";
import { loadKeys } from "./hmac_keys.ts";
import type { AuthenticationMemory } from "./memory.ts";
import { plainAuthenticator } from "./plain.ts";

/** How a virtual router proves its advertisements, and what stands in the way. */
export type Choice = {
  /** Undefined: the key to sign with is not usable, and to go on without it would be to go on unprotected. */
  readonly authenticator: Authenticator | undefined;
  readonly problems: readonly string[];
};

/** The authenticator that a configuration asks for: `auth_hmac` takes the place of `authentication`. */
export function chooseAuthenticator(
  config: Pick<VrrpInstanceConfig, "version" | "authentication" | "hmac">,
  memory: AuthenticationMemory,
  unixUs: () => number = () => Date.now() * 1000,
): Choice {
  const { hmac, authentication } = config;
  if (hmac !== undefined) {
    const { digests, problems } = loadKeys(hmac);
    const usable = digests.has(hmac.activeKey);
    return {
      authenticator: usable ? hmacAuthenticator(hmac, digests, memory, unixUs) : undefined,
      problems,
    };
  }
  return {
    authenticator: authentication.kind === "ah"
      ? headerAuthenticator(authentication.secret, memory)
      : plainAuthenticator(config),
    problems: [],
  };
}

/** Whether the advertisements of an instance are in an Authentication Header. */
export function usesHeader(
  { authentication, hmac }: Pick<VrrpInstanceConfig, "authentication" | "hmac">,
): boolean {
  return authentication.kind === "ah" && hmac === undefined;
}
