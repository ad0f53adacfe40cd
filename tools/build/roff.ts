/** Manual pages in the language of man(7): `\fB` and its likes for type, one macro a line. */

/** Text as it is: nothing in it is a request or an escape. */
export function plain(text: string): string {
  return text.replace(/\\/g, "\\e").replace(/-/g, "\\-").replace(/^(['.])/gm, "\\&$1")
    .replace(/…/g, "...").replace(/→/g, "->");
}

export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${plain(text)}\\fR`;
}

/** Words with `code` in bold, as Markdown has it. */
export function inline(text: string): string {
  return text.split("`").map((part, i) => i % 2 === 1 ? bold(part) : plain(part)).join("");
}

/** The first line of a page. @param date of the release, `2026-01-31` */
export function title(name: string, section: number, date: string, version: string): string {
  return `.TH ${name} ${section} ${date} "keepalived ${version}"\n`;
}

export function section(name: string, ...parts: readonly string[]): string {
  return `.SH ${quoted(name)}\n${parts.join("")}`;
}

export function subsection(name: string, ...parts: readonly string[]): string {
  return `.SS ${quoted(name)}\n${parts.join("")}`;
}

/** An argument of a request. */
function quoted(text: string): string {
  return `"${plain(text).replace(/"/g, '""')}"`;
}

/** A paragraph of words with `code` in it. */
export function paragraph(text: string): string {
  return `.PP\n${inline(text)}\n`;
}

/** A term, which is roff already, and what it means. */
export function item(term: string, ...lines: readonly string[]): string {
  return `.TP\n${term}\n${lines.map((line) => `${line}\n`).join(".br\n")}`;
}

/** Lines as they are. */
export function verbatim(text: string): string {
  return `.PP\n.nf\n${text.split("\n").map(plain).join("\n")}\n.fi\n`;
}
