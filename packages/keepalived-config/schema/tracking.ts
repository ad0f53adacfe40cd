import { type Keyword, keyword, lines } from "./keyword.ts";
import { TRACK_ENTRY_WORDS, TRACK_FILE_ENTRY_WORDS } from "./trackers.ts";

/** What `track_interface` and its likes say of themselves in an instance, or in a sync group. */
type Helps = Readonly<Record<"interface" | "script" | "file" | "process" | "bfd", string>>;

/** The lists of what an instance or all members of a sync group track. */
export function trackLists(help: Helps): readonly Keyword[] {
  const list = (name: string, text: string, first: string, words: readonly Keyword[]) =>
    keyword("vrrp", name, [], text, {
      block: lines(name, `${first} [weight N [reverse|noreverse]]...`, words),
    });
  return [
    list("track_interface", help.interface, "IFNAME", TRACK_ENTRY_WORDS),
    list("track_script", help.script, "NAME", TRACK_ENTRY_WORDS),
    list("track_file", help.file, "NAME", TRACK_FILE_ENTRY_WORDS),
    list("track_process", help.process, "NAME", TRACK_FILE_ENTRY_WORDS),
    list("track_bfd", help.bfd, "NAME", TRACK_ENTRY_WORDS),
  ];
}
