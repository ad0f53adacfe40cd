import { choice, integer, keyword, rest, seconds, type Table, word } from "./keyword.ts";

/** `authentication` of an instance. */
export const AUTHENTICATION: Table = {
  kind: "keywords",
  name: "authentication",
  keywords: [
    keyword(
      "vrrp",
      "auth_type",
      [choice("PASS", "AH")],
      "Clear text password or IPsec AH (HMAC-MD5-96)",
    ),
    keyword("vrrp", "auth_pass", [rest("STRING")], "Shared password"),
  ],
};

/** `auth_hmac` of an instance. */
export const AUTH_HMAC: Table = {
  kind: "keywords",
  name: "auth_hmac",
  keywords: [
    keyword(
      "vrrp",
      "key",
      [integer(1, 255), word("VALUE")],
      "A verification key of 32 to 64 bytes: as it is, hex:HH.., or file:PATH with either in it; repeatable",
    ),
    keyword("vrrp", "active_key", [integer(1, 255)], "Key used to sign", {
      default: "required (absent or undefined key id disables the extension)",
    }),
    keyword("vrrp", "time_window", [seconds(1, 300)], "Accepted clock difference", {
      default: "max(3 x advert_int, 5)",
    }),
    keyword(
      "vrrp",
      "anti_replay",
      [choice("time", "monotonic")],
      "How sequences are judged fresh",
      { default: "time" },
    ),
    keyword("vrrp", "mode", [choice("enforce", "permissive", "receive-only")], "Roll-out mode", {
      default: "enforce",
    }),
  ],
};
