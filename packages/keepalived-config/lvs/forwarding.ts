import { clip, type Report, type Word } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import type { Forwarding, Tunnel } from "../model_lvs.ts";
import { readValue } from "../value.ts";

/**
 * `NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]` of `lvs_method` and its like.
 *
 * @param owner `virtual server`, for messages
 * @returns undefined after a report if something in it is wrong
 */
export function readForwarding(
  { words, values }: Statement,
  owner: string,
  report: Report,
): Forwarding | undefined {
  const tunnel = readTunnel(words.slice(2), owner, words[0], report);
  if (tunnel === undefined) return undefined;
  if (values[0] === "TUN") return { method: "tunnel", tunnel };
  return { method: values[0] === "DR" ? "direct-route" : "masquerade" };
}

/** Checksum words, and the tunnels that know them. */
const CHECKSUMS: Readonly<Record<string, Tunnel["checksum"]>> = {
  nocsum: "none",
  csum: "checksum",
  remcsum: "remote-checksum",
};

function readTunnel(
  words: readonly Word[],
  owner: string,
  keyword: Word,
  report: Report,
): Tunnel | undefined {
  const refuse = (code: string, message: string, { at }: Word): undefined => {
    const hint = "write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]";
    report({ severity: "error", code, message, at, hint });
  };
  let type: Tunnel["type"] = "ipip";
  let port: number | undefined;
  let checksum: Tunnel["checksum"] = "none";
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? keyword;
    const { text } = word;
    if (text === "type") {
      const given = words[++i];
      if (given === undefined) {
        return refuse("missing-value", `Missing tunnel type for ${owner}.`, word);
      }
      if (given.text !== "ipip" && given.text !== "gue" && given.text !== "gre") {
        const message = `Unknown tunnel type ${clip(given.text)} for ${owner}.`;
        return refuse("invalid-value", message, given);
      }
      type = given.text;
    } else if (text === "port") {
      const given = words[++i];
      if (given === undefined) {
        return refuse("missing-value", `Missing port for ${owner} gue tunnel.`, word);
      }
      const read = readValue({ kind: "integer", min: 1, max: 65535 }, given.text);
      if (!read.ok) {
        const message = `Invalid gue tunnel port ${clip(given.text)} for ${owner}.`;
        return refuse(read.code, `${message} ${read.message}`, given);
      }
      port = Number(read.value);
    } else {
      const wanted = Object.hasOwn(CHECKSUMS, text) ? CHECKSUMS[text] : undefined;
      if (wanted === undefined) {
        const message = `Invalid tunnel option ${clip(text)} for ${owner}.`;
        return refuse("unknown-option", message, word);
      }
      checksum = wanted;
    }
  }
  if ((type === "gue") !== (port !== undefined)) {
    const message = "gue tunnels require port, otherwise cannot have port.";
    return refuse("invalid-value", message, keyword);
  }
  if (type === "ipip" && checksum !== "none") {
    const message = "ipip tunnels do not support checksum option.";
    return refuse("invalid-value", message, keyword);
  }
  if (type === "gre" && checksum === "remote-checksum") {
    const message = "gre tunnels do not support remote checksum option.";
    return refuse("invalid-value", message, keyword);
  }
  return { type, ...(port === undefined ? {} : { port }), checksum };
}
