/**
 * The named character references that are decoded.
 *
 * micromark imports this file in place of `decode-named-character-reference` (vite.config.ts): the build of that
 * package for browsers decodes by `innerHTML`, which Trusted Types forbid, and its other build has all 2,125 names
 * (12 kB gzipped). A name that is not here stays as it was written.
 */

const PAIRS = (
  "amp & lt < gt > quot \" apos ' nbsp \u00A0 ensp \u2002 emsp \u2003 thinsp \u2009 shy \u00AD zwnj \u200C zwj \u200D " +
  "copy © reg ® trade ™ hellip … mdash — ndash – minus − lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ laquo « raquo » " +
  "bull • middot · para ¶ sect § deg ° prime ′ Prime ″ micro µ euro € pound £ yen ¥ cent ¢ plusmn ± times × divide ÷ " +
  "frac12 ½ frac14 ¼ frac34 ¾ sup2 ² sup3 ³ le ≤ ge ≥ ne ≠ asymp ≈ infin ∞ larr ← rarr → uarr ↑ darr ↓ " +
  "szlig ß auml ä ouml ö uuml ü Auml Ä Ouml Ö Uuml Ü agrave à aacute á acirc â atilde ã aring å aelig æ ccedil ç " +
  "egrave è eacute é ecirc ê euml ë igrave ì iacute í icirc î iuml ï ntilde ñ ograve ò oacute ó ocirc ô otilde õ " +
  "oslash ø ugrave ù uacute ú ucirc û yacute ý Agrave À Aacute Á Aring Å AElig Æ Ccedil Ç Egrave È Eacute É Ntilde Ñ " +
  "Oacute Ó Oslash Ø Uacute Ú oelig œ OElig Œ alpha α beta β gamma γ delta δ lambda λ mu μ pi π sigma σ omega ω " +
  "lpar ( rpar ) lsqb [ lbrack [ rsqb ] rbrack ] vert | ast * lowbar _ num # colon : sol / bsol \\ equals = commat @ " +
  "period . comma , excl ! quest ? grave ` dollar $ percnt % plus + Tab \t NewLine \n"
).split(" ");

const CHARACTERS = new Map(PAIRS.flatMap((name, at) => (at % 2 ? [] : [[name, PAIRS[at + 1] ?? ""]])));

/** Return what a reference (`amp`, without the ampersand and the semicolon) stands for; false if it is not known. */
export function decodeNamedCharacterReference(name: string): string | false {
  return CHARACTERS.get(name) ?? false;
}
