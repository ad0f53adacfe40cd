import type { Diagnostic, Report, Span } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import { last } from "../body.ts";

/** Reports something about a block, at a keyword in it if that is there. */
export type Say = (
  severity: Diagnostic["severity"],
  code: string,
  message: string,
  keyword?: string,
  hint?: string,
) => void;

/** @param at the place of what is about the whole block */
export function sayer(body: Body, at: Span, report: Report): Say {
  return (severity, code, message, keyword = "", hint) => {
    const place = last(body, keyword)?.words[0].at ?? at;
    report({ severity, code, message, at: place, ...(hint === undefined ? {} : { hint }) });
  };
}
