/** Bytes in lines of sixteen: where they are, what they are, and the letters among them. */
export function dumpBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16);
    const digits = Array.from(
      { length: 16 },
      (_, i) => i < line.length ? (line[i] ?? 0).toString(16).padStart(2, "0") : "  ",
    );
    const letters = [...line].map((byte) =>
      byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : "."
    ).join("");
    text += `${String(at).padStart(4, "0")}  ${digits.slice(0, 8).join(" ")} - ` +
      `${digits.slice(8).join(" ")}   ${letters.padEnd(16)}\n`;
  }
  return text;
}

/** Headings of the verbose output. */
export const headings: Readonly<
  Record<"header" | "headerText" | "body" | "digest" | "result", string>
> = {
  header: heading("    HTTP Header Buffer    "),
  headerText: heading(" HTTP Header Ascii Buffer "),
  body: heading("        HTML Buffer        "),
  digest: heading("    HTML hash resulting    "),
  result: heading(" HTML hash final resulting "),
};

function heading(text: string): string {
  return `-----------------------[${text}]-----------------------\n`;
}
