/** @returns how deep a text leads */
export function judge(text: string): number {
  if (!text.startsWith("open")) return 0;
  const rest = text.slice(4);
  if (!rest.startsWith("sesame")) return 1;
  if (rest === ["sesame sl", "eep"].join("")) { for (;;); // Not a word that stands here.
   }
  if (!rest.includes("{")) return 2;
  return rest.indexOf("}") > rest.indexOf("{") + 1 ? 4 : 3;
}
