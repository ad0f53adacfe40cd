import { errnoName, errnoText } from "@keepalived/linux";

/** A request that the kernel refused or did not answer. */
export class NetlinkError extends Error {
  override readonly name = "NetlinkError";
  /** The equal command: "ip address add 192.0.2.1/24 dev if3". */
  readonly request: string;
  readonly errno: number;
  /** The name of the error number: "EEXIST". */
  readonly code: string;
  /** Where in the request the kernel found the fault, counted from its message header. */
  readonly offset: number | undefined;

  /** @param refusal the error number, and the kernel's own words where it gave some */
  constructor(
    request: string,
    refusal: { readonly errno: number; readonly text?: string; readonly offset?: number },
  ) {
    const { errno, text, offset } = refusal;
    const code = errnoName(errno);
    super(`Cannot carry out ${request}: ${text ?? errnoText(errno)} (${code})`);
    this.request = request;
    this.errno = errno;
    this.code = code;
    this.offset = offset;
  }
}
