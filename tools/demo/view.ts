import { clearScreenDown, moveCursor } from "node:readline";
import type { WriteStream } from "node:tty";
import process from "node:process";

/** What the demo shows of one router. */
export type RouterView = {
  readonly name: string;
  readonly state: string;
  readonly holdsAddress: boolean;
  readonly adverts: number;
};

/** What the demo shows at one moment. */
export type Picture = {
  readonly step: string;
  readonly address: string;
  readonly routers: readonly RouterView[];
  readonly pings: { readonly sent: number; readonly lost: number; readonly recent: string };
};

/**
 * Draws the demo: a live picture on a terminal, plain lines elsewhere.
 *
 * What is said stays on the screen above the picture.
 */
export class View {
  readonly #terminal = process.stdout.isTTY === true ? process.stdout as WriteStream : undefined;
  #drawnLines = 0;

  /** A line that stays. */
  say(text: string): void {
    this.#erase();
    process.stdout.write(`${text}\n`);
  }

  /** Replaces the picture; nothing on a pipe or file. */
  draw(picture: Picture): void {
    if (this.#terminal === undefined) return;
    this.#erase();
    const lines = pictureLines(picture);
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawnLines = lines.length;
  }

  /** Takes the picture off the screen. */
  end(): void {
    this.#erase();
  }

  #erase(): void {
    if (this.#terminal === undefined || this.#drawnLines === 0) return;
    moveCursor(this.#terminal, 0, -this.#drawnLines);
    clearScreenDown(this.#terminal);
    this.#drawnLines = 0;
  }
}

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const green = (text: string) => `\x1b[32m${text}\x1b[0m`;
const dim = (text: string) => `\x1b[2m${text}\x1b[0m`;

function pictureLines({ step, address, routers, pings }: Picture): readonly string[] {
  return [
    "",
    `  ${bold(step)}`,
    "",
    ...routers.map(({ name, state, holdsAddress, adverts }) => {
      const word = state.padEnd(7);
      const shown = state === "MASTER" ? green(word) : state === "down" ? dim(word) : word;
      return `  ${name.padEnd(9)} ${shown} ${(holdsAddress ? address : "").padEnd(20)} ${
        String(adverts).padStart(4)
      } adverts on the wire`;
    }),
    "",
    `  client    ${pings.sent} pings, ${pings.lost} lost   ${pings.recent}`,
    "",
  ];
}
