import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { checkAuthentication, simpleText } from "@keepalived/vrrp-codec";
import type { Authenticator } from "./authenticator.ts";

/** No authentication, or the password of version 2, which everybody on the network can read. */
export function plainAuthenticator(
  { version, authentication }: Pick<VrrpInstanceConfig, "version" | "authentication">,
): Authenticator {
  const expected = version === 2 && authentication.kind === "pass"
    ? simpleText(authentication.secret)
    : undefined;
  return {
    isUnique: false,
    sign: (advertisement) =>
      expected === undefined ? advertisement : { ...advertisement, authentication: expected },
    check: ({ authentication }, { seal }) =>
      seal === undefined
        ? checkAuthentication(authentication, expected)
        : "authentication-type-mismatch",
  };
}
