/** Figures of the panels, computed and written in the reader's language. */

import type { QualityDay } from "./types";

/** A share as a percentage; "–" where there is nothing to divide by. */
export function percent(share: number | null | undefined, language: string): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  const digits = Math.abs(share) < 0.1 && share !== 0 ? 1 : 0;
  return share.toLocaleString(language, { style: "percent", maximumFractionDigits: digits });
}

/** A share of a whole; null for a whole of nothing. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

export function integer(value: number | null | undefined, language: string): string {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString(language);
}

/** A duration, in milliseconds below ten seconds and in seconds above. */
export function duration(milliseconds: number | null | undefined, language: string): string {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 10_000) return `${Math.round(milliseconds).toLocaleString(language)}\u00a0ms`;
  return `${(milliseconds / 1000).toLocaleString(language, { maximumFractionDigits: 1 })}\u00a0s`;
}

/** A day (`2026-11-29`) or a moment, as a date of the reader's language; as it is where it is neither. */
export function date(value: string, language: string, style: "short" | "medium" = "medium"): string {
  const moment = new Date(value.length === 10 ? `${value}T12:00:00Z` : value);
  if (Number.isNaN(moment.getTime())) return value;
  const options: Intl.DateTimeFormatOptions =
    style === "short" ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" };
  return moment.toLocaleDateString(language, { ...options, timeZone: "UTC" });
}

/** The sums of some days. */
export interface Totals {
  readonly answers: number;
  readonly refused: number;
  readonly flaggedHard: number;
  readonly flaggedSoft: number;
  readonly degraded: number;
  readonly up: number;
  readonly down: number;
}

export function totalsOf(days: readonly QualityDay[]): Totals {
  const sum = (of: (day: QualityDay) => number): number => days.reduce((total, day) => total + of(day), 0);
  return {
    answers: sum((day) => day.answers),
    refused: sum((day) => day.refused),
    flaggedHard: sum((day) => day.flagged_hard),
    flaggedSoft: sum((day) => day.flagged_soft),
    degraded: sum((day) => day.degraded),
    up: sum((day) => day.thumbs_up),
    down: sum((day) => day.thumbs_down),
  };
}
