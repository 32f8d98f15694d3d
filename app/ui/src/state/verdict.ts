/** What the check of an answer against its sources means, in one line. */

import type { Report, UnjudgedReason } from "../api/types";
import type { Words } from "../words";
import type { Exchange } from "./exchange";
import { isContradicted } from "./flags";

/** "check": something contradicts the sources or is not in them; "doubtful": something may not be. */
export type VerdictOutcome = "supported" | "doubtful" | "check" | "quoted" | "unchecked";

export interface Verdict {
  readonly line: string;
  readonly outcome: VerdictOutcome;
}

/** The line of an answer. A quotation was not checked, and nothing more is claimed than that it is one. */
export function verdictOf({ about }: Exchange, words: Words): Verdict {
  if (about.grounding) return summaryOf(about.grounding, words);
  return about.mode === "extractive"
    ? { line: words.quoted, outcome: "quoted" }
    : { line: words.unchecked, outcome: "unchecked" };
}

/** The line of a report. Sentences are counted, each for the gravest thing that is wrong with it. */
export function summaryOf(report: Report, words: Words): Verdict {
  const { contradicted, absent, doubtful } = countsOf(report);
  const { summary } = words;
  if (contradicted + absent + doubtful > 0) {
    const parts = [
      contradicted ? summary.contradicted(contradicted) : "",
      absent ? summary.absent(absent) : "",
      doubtful ? summary.doubtful(doubtful) : "",
    ];
    return { line: parts.filter(Boolean).join(" "), outcome: contradicted + absent ? "check" : "doubtful" };
  }
  const unread = unreadBecause(report);
  if (unread) return { line: summary.notChecked(words.unjudged[unread]), outcome: "unchecked" };
  if (report.sentences.every((sentence) => isCovered(sentence, report, CLAIMS_NOTHING)))
    return { line: summary.nothingToCheck, outcome: "unchecked" };
  const isWhole = report.unjudged.every(({ reason }) => CLAIMS_NOTHING.includes(reason));
  return { line: isWhole ? summary.supported : summary.partlyChecked, outcome: "supported" };
}

type Sentence = Report["sentences"][number];

/** What is in these parts claims nothing. */
const CLAIMS_NOTHING: readonly UnjudgedReason[] = ["abstention", "question"];
/** For these reasons a whole answer can be unchecked. */
const UNREAD: readonly UnjudgedReason[] = ["other_language", "unsupported_language", "unsupported_script"];
/** The share of a sentence's characters from which on it counts as unchecked: its names and figures may be checked. */
const MOSTLY = 0.5;

function countsOf({ sentences, flags }: Report): { contradicted: number; absent: number; doubtful: number } {
  const counts = { contradicted: 0, absent: 0, doubtful: 0 };
  for (const { start, end } of sentences) {
    const here = flags.filter((flag) => start <= flag.start && flag.start < end);
    const hard = here.filter((flag) => flag.severity === "hard");
    if (hard.some(isContradicted)) counts.contradicted += 1;
    else if (hard.length) counts.absent += 1;
    else if (here.length) counts.doubtful += 1;
  }
  return counts;
}

/** Why no sentence of the answer was checked; null where at least one was. */
function unreadBecause(report: Report): UnjudgedReason | null {
  const isUnread = report.sentences.every((sentence) => isCovered(sentence, report, UNREAD));
  return (isUnread && report.unjudged.find(({ reason }) => UNREAD.includes(reason))?.reason) || null;
}

function isCovered({ start, end }: Sentence, { unjudged }: Report, reasons: readonly UnjudgedReason[]): boolean {
  const covered = unjudged
    .filter(({ reason }) => reasons.includes(reason))
    .reduce((sum, span) => sum + Math.max(0, Math.min(end, span.end) - Math.max(start, span.start)), 0);
  return covered >= MOSTLY * (end - start);
}
