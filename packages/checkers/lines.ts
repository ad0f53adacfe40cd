/** A line of a dialogue, without its end. */
export type Line = { readonly kind: "line"; readonly text: string } | { readonly kind: "too-long" };

/** Longest line of a reply: RFC 5321 §4.5.3.1.5 has 512, and some servers exceed it. */
const longestLine = 2048;

/**
 * Parts what a peer sends into lines, however it comes in pieces.
 *
 * @param pending what was left by the call before; at first ""
 * @param text one character for each byte
 */
export function splitLines(
  pending: string,
  text: string,
): { readonly pending: string; readonly lines: readonly Line[] } {
  const pieces = (pending + text).split("\n");
  const rest = pieces.pop() ?? "";
  const lines = pieces.map((piece): Line =>
    piece.length > longestLine
      ? { kind: "too-long" }
      : { kind: "line", text: piece.endsWith("\r") ? piece.slice(0, -1) : piece }
  );
  return rest.length > longestLine
    ? { pending: "", lines: [...lines, { kind: "too-long" }] }
    : { pending: rest, lines };
}
