import { boolean, integer, keyword, seconds, type Table, word } from "./keyword.ts";

/** `notify_webhook`: where to tell what happens, and how. */
export const WEBHOOK: Table = {
  kind: "keywords",
  name: "notify_webhook",
  keywords: [
    keyword("core", "timeout", [seconds(1, 3600)], "How long one request may take", {
      default: "5",
      addition: true,
    }),
    keyword("core", "retry", [integer(0, 100)], "Further attempts after a failure", {
      default: "5",
      addition: true,
    }),
    keyword(
      "core",
      "header",
      [word("NAME"), word("STRING|file:PATH")],
      "A header of the request; its value may be the first line of a file",
      { addition: true },
    ),
    keyword(
      "core",
      "ca",
      [word("FILE")],
      "Certificates of the authorities that may vouch for the server",
      { default: "those that the runtime knows", addition: true },
    ),
    keyword(
      "core",
      "verify_certificate",
      [boolean()],
      "Tell nothing to a server whose certificate is not right",
      { default: "on", addition: true },
    ),
  ],
};
