import { connect, type Socket } from "node:net";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { Mail } from "../notify/mail.ts";
import type { Failure } from "./delivery_queue.ts";
import { readSecret, tlsOptionsOf } from "./secret.ts";

/** A mail and when its reason happened, Unix time in milliseconds. */
export type DatedMail = Mail & { readonly atMs: number };

/** A whole session takes no longer than so many times the time-out of one step. */
const stepsAtMost = 3;

/** No server has more to say at once. */
const answerBytesAtMost = 65_536;

/**
 * Hands a mail to the server, in a session of its own.
 *
 * @param hostName the full name of this host, for what the configuration does not say
 * @returns why it could not be handed over; undefined: it was
 */
export async function sendMail(
  mail: DatedMail,
  smtp: GlobalConfig["smtp"],
  hostName: string,
): Promise<Failure | undefined> {
  try {
    const refusals = await send(mail, smtp, hostName);
    if (refusals.length === 0) return undefined;
    // The others have it: sent again, they would have it twice.
    return { reason: `not to all: ${refusals.join("; ")}`, permanent: true };
  } catch (error) {
    const { name, message, permanent } = error as Error & { readonly permanent?: boolean };
    const reason = name === "AbortError" || name === "TimeoutError"
      ? `no end of the session after ${sessionMs(smtp) / 1000} s`
      : message;
    return { reason, permanent: permanent === true };
  }
}

/** @returns what the server says of recipients that it does not serve, if it serves others */
async function send(
  { subject, body, atMs }: DatedMail,
  smtp: GlobalConfig["smtp"],
  hostName: string,
): Promise<readonly string[]> {
  const { server, tls, user, password, recipients } = smtp;
  if (server === undefined) throw new Error("smtp_server was taken out of the configuration");
  const auth = user === undefined
    ? {}
    : { auth: { user, pass: password === undefined ? "" : readSecret(password) } };
  // Most daemons never send a mail.
  const { createTransport } = await import("nodemailer");
  const stepMs = smtp.connectTimeoutUs / 1000;
  // Even a server that says something now and then must come to an end.
  const signal = AbortSignal.timeout(sessionMs(smtp));
  const connection = await open(server, stepMs);
  const transport = createTransport({
    ...server,
    connection,
    name: smtp.heloName ?? hostName,
    secure: tls === "tls",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "off",
    tls: tls === "off" ? {} : tlsOptionsOf(smtp.trust),
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    maxResponseSize: answerBytesAtMost,
    ...auth,
  });
  try {
    const { rejectedErrors = [] } = await transport.sendMail({
      from: smtp.from ?? `keepalived@${hostName}`,
      to: [...recipients],
      subject,
      date: new Date(atMs),
      xMailer: "Keepalived",
      // Of longer lines the library would encode the text, and what reads mails by their words would find none.
      text: body.replace(/(.{1,76})(?: |$)/g, "$1\r\n"),
      signal,
    });
    return rejectedErrors.map(({ message }) => message);
  } finally {
    connection.destroy();
  }
}

/** Connects. Not the library does it: it does not look names up where the rest of the system does. */
function open(
  server: { readonly host: string; readonly port: number },
  limitMs: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server);
    const fail = (error: Error): void => {
      clearTimeout(limit);
      socket.destroy();
      reject(error);
    };
    const late = new Error(`no connection after ${limitMs / 1000} s`);
    const limit = setTimeout(() => fail(late), limitMs);
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(limit);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

function sessionMs({ connectTimeoutUs }: GlobalConfig["smtp"]): number {
  return stepsAtMost * connectTimeoutUs / 1000;
}
