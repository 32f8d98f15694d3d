/**
 * Text that is still being written: half a sign (`**`, a backtick, `[1`) would be shown for a moment and then vanish.
 * It is completed or hidden, so that what is shown does not jump.
 */

import { closes, type Segment } from "./segments";

/** Half a marker, the first bracket of a link, half a delimiter, or half a character reference. */
const HALF_A_SIGN = /(?:\[(?:\d{1,3}(?:\s*,\s*\d{0,3})*)?|!\[?|\*{1,3}|_{1,3}|~{1,2}|`+|\\|&[#\w]{0,12})$/;
/** A link without its end: its label is shown as it will be. */
const HALF_A_LINK = /(?<![\w\]])!?\[([^[\]\n]{0,200})(?:\](?:\([^()\s]*)?)?$/;
/** A line that may become a rule, a list, a heading, a quotation or a code block. */
const HALF_A_LINE = /^\s*(?:[-+*_`~#>=|]+|\d{1,9}[.)]?)\s*$/;
/** The first row of a table, before the row that makes it one. */
const HALF_A_TABLE = /^\s*\|[^\n]*(?:\n[|:\- \t]*)?$/;
const FENCE_LINE = /^[ \t]*(?:[-*+>]|\d+[.)])?[ \t]*(?:`{3}|~{3})/gm;

/** Return the Markdown to show of the last segment while more is to come; never for a finished text, whose offsets count. */
export function settled({ text, kind, fence }: Pick<Segment, "text" | "kind" | "fence">): string {
  const lineStart = text.lastIndexOf("\n") + 1;
  const last = text.slice(lineStart);
  if (kind === "code") {
    const marks = last.trim();
    const mayClose = lineStart && marks && closes(marks.padEnd(fence.trim().length, marks[0]), fence);
    return mayClose ? text.slice(0, lineStart) : text;
  }
  if (HALF_A_TABLE.test(text)) return "";
  if (HALF_A_LINE.test(last)) return text.slice(0, lineStart);
  if ((text.match(FENCE_LINE)?.length ?? 0) % 2 === 1) return text;
  const whole = last.replace(HALF_A_SIGN, "");
  const isCodeOpen = occurrences(whole, "`") % 2 === 1;
  const shown = isCodeOpen ? whole : whole.replace(HALF_A_LINK, halfLink);
  const isStrongOpen = occurrences(shown.replace(/`[^`]*`?/g, ""), "**") % 2 === 1;
  const ends = (isCodeOpen ? "`" : "") + (isStrongOpen ? "**" : "");
  return text.slice(0, lineStart) + (ends ? shown.trimEnd() + ends : shown);
}

/** A marker is shown as it is; of a link, the label. */
function halfLink(written: string, label: string): string {
  return /^[\d\s,]*$/.test(label) ? written : `[${label}]()`;
}

function occurrences(text: string, sign: string): number {
  return text.split(sign).length - 1;
}
