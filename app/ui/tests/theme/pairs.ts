/** Which colour the style sheets use on which: every pair has the contrast that WCAG 2.2 AA asks for. */

/** Text and what it is on: 4.5:1. */
export const TEXT: Readonly<Record<string, readonly string[]>> = {
  ink: ["paper", "raised", "sunken", "accent-tint", "hard-tint", "soft-tint", "cited", "pointed"],
  "soft-ink": ["paper", "raised", "sunken", "accent-tint", "hard-tint", "soft-tint"],
  "accent-text": ["paper", "raised", "sunken", "accent-tint", "hard-tint", "soft-tint"],
  "accent-ink": ["accent", "accent-hover"],
  hard: ["paper", "raised"],
  soft: ["paper", "raised"],
  ok: ["paper", "raised"],
  paper: ["ink"],
};

/** Borders of fields and buttons, the focus ring, underlines, meters, and what they are next to: 3:1. */
export const SHAPE: Readonly<Record<string, readonly string[]>> = {
  "field-line": ["paper", "raised", "sunken", "accent-tint"],
  "accent-text": ["paper", "raised", "sunken", "accent-tint", "hard-tint", "soft-tint", "line"],
  "soft-ink": ["paper", "raised", "sunken"],
  hard: ["paper", "raised", "sunken", "hard-tint"],
  soft: ["paper", "raised", "sunken", "soft-tint"],
  ink: ["paper", "raised"],
};

/** Lines that separate what the space separates already: nothing is known by them alone. */
export const DECORATION: readonly string[] = ["line"];
