/**
 * Text that is still being written. Half a sign (`**`, a backtick, `[1`) would show for a moment and then
 * vanish; here it is closed or held back, so that a streaming answer stands still.
 */

const HALF_A_SIGN = /(?:\[(?:\d{1,4}(?:\s*,\s*\d{0,4})*)?|\*{1,3}|_{1,3}|`+)$/;
const FENCE_LINE = /^\s*(?:`{3}|~{3})/;

/**
 * The Markdown to show while more is to come; never for the finished text, whose offsets count.
 *
 * @param {string} content
 */
export function settled(content) {
  const lines = content.split("\n");
  const fences = lines.filter((line) => FENCE_LINE.test(line)).length;
  const last = lines.pop() ?? "";
  // A line of nothing but signs may become a rule, a list or a fence: it waits for its next character.
  if (/^\s*[-*_`~]+$/.test(last)) return lines.join("\n");
  if (fences % 2 === 1) return content;
  const shown = last.replace(HALF_A_SIGN, "");
  const codeOpen = occurrences(shown, "`") % 2 === 1;
  const strongOpen = occurrences(shown.replace(/`[^`]*`?/g, ""), "**") % 2 === 1;
  return [...lines, closed(shown, codeOpen, strongOpen)].join("\n");
}

/** @param {string} text @param {boolean} codeOpen @param {boolean} strongOpen */
function closed(text, codeOpen, strongOpen) {
  const ends = [codeOpen ? "`" : "", strongOpen ? "**" : ""].join("");
  return ends ? text.trimEnd() + ends : text;
}

/** @param {string} text @param {string} sign */
function occurrences(text, sign) {
  return text.split(sign).length - 1;
}
