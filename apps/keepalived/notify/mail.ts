import type { GlobalConfig } from "@keepalived/keepalived-config";
import { operatorState } from "../names.ts";
import type { NotifyEvent } from "./event.ts";
import type { Listeners } from "./notice.ts";

/** A mail without its headers. */
export type Mail = { readonly subject: string; readonly body: string };

/** The mail of an event, in the words of the C daemon; undefined if nobody wants one. */
export function mailOf(
  event: NotifyEvent,
  listeners: Listeners,
  { routerId, smtp }: Pick<GlobalConfig, "routerId" | "smtp">,
): Mail | undefined {
  if (smtp.server === undefined || smtp.recipients.length === 0) return undefined;
  const said = textOf(event, listeners, smtp);
  if (said === undefined) return undefined;
  const [subject, body] = said;
  return { subject: `[${routerId}] ${subject}`, body: `=> ${body} <=` };
}

/** What happened, and what it means. */
type Said = readonly [subject: string, body: string];

function textOf(
  event: NotifyEvent,
  listeners: Listeners,
  smtp: GlobalConfig["smtp"],
): Said | undefined {
  switch (event.kind) {
    case "real-server": {
      const { name, virtualServer, mail } = event;
      if (mail === undefined || smtp.noCheckerMails) return undefined;
      return [`Realserver ${name} of virtual server ${virtualServer} - ${upOrDown(event)}`, mail];
    }
    case "virtual-server":
      if (event.mail === undefined) return undefined;
      return [`Virtualserver ${event.name} - ${upOrDown(event)}`, event.mail];
    case "group-state": {
      const { name, state } = event;
      if (listeners.group(name)?.smtpAlert !== true) return undefined;
      if (state === "fault" && smtp.noFaults) return undefined;
      const word = operatorState(state);
      return [
        `VRRP Group ${name} - Entering ${word} state`,
        `All VRRP group instances are now in ${word} state`,
      ];
    }
    case "instance-state": {
      const { name, state } = event;
      if (listeners.instance(name)?.smtpAlert !== true) return undefined;
      if (state === "fault" && smtp.noFaults) return undefined;
      return instanceText(name, operatorState(state));
    }
    case "deleted": {
      const instance = listeners.instance(event.name);
      if (instance?.smtpAlert !== true) return undefined;
      return instanceText(event.name, instance.notifyDeleted ? "DELETED" : "FAULT");
    }
    default:
      return undefined;
  }
}

function instanceText(name: string, word: string): Said {
  const owning = word === "MASTER" ? "now" : "no longer";
  return [
    `VRRP Instance ${name} - Entering ${word} state`,
    `VRRP Instance is ${owning} owning VRRP VIPs`,
  ];
}

function upOrDown({ up }: { readonly up: boolean }): string {
  return up ? "UP" : "DOWN";
}
