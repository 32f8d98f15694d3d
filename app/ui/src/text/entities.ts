/**
 * The named character references that are decoded.
 *
 * micromark imports this file in place of `decode-named-character-reference` (vite.config.ts): the build of that
 * package for browsers decodes by `innerHTML`, which Trusted Types forbid, and its other build has all 2,125 names
 * (12 kB gzipped). A name that is not here stays as it was written.
 */

const PAIRS = (
  "amp & lt < gt > quot \" apos ' nbsp \u00A0 shy \u00AD copy © reg ® trade ™ hellip … mdash — ndash – minus − " +
  "lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ laquo « raquo » bull • middot · para ¶ sect § deg ° micro µ " +
  "euro € pound £ yen ¥ cent ¢ plusmn ± times × divide ÷ frac12 ½ le ≤ ge ≥ ne ≠ larr ← rarr → szlig ß auml ä ouml ö " +
  "uuml ü Auml Ä Ouml Ö Uuml Ü eacute é egrave è agrave à ccedil ç ntilde ñ " +
  "colon : lpar ( rpar ) lsqb [ rsqb ] vert | ast * lowbar _ num # Tab \t NewLine \n"
).split(" ");

const CHARACTERS = new Map(PAIRS.flatMap((name, at) => (at % 2 ? [] : [[name, PAIRS[at + 1] ?? ""]])));

/** Return the character that a reference names (`amp`, without the ampersand and the semicolon); false if it is not known. */
export function decodeNamedCharacterReference(name: string): string | false {
  return CHARACTERS.get(name) ?? false;
}
