/**
 * Flagged words: where they stand in an answer, how they are marked, and the note that says why.
 *
 * @typedef {import("./sources.js").Citation} Citation
 * @typedef {{context: number, start: number, end: number, text: string}} Evidence offsets into that passage's
 * text, in code points
 * @typedef {{start: number, end: number, text: string, reason: string, severity: "hard"|"soft", evidence:
 * Evidence|null}} Flag
 * @typedef {Flag & {id: string}} PlacedFlag a flag with UTF-16 offsets and the id of the element that
 * explains it
 */

import { element } from "./dom.js";
import { utf16Offsets } from "./offsets.js";
import { nameOf } from "./sources.js";
import { evidenceIntroduction, reasonSentence } from "./words.js";

/** How long the note outlives the pointer on its way from the word to the note. */
const GRACE_MILLISECONDS = 200;
const GAP = 8;
/** Characters of a flagged text in the list below an answer. */
const LONGEST_NAMED = 80;

/**
 * The report's flags with offsets that this page can use.
 *
 * @param {string} content
 * @param {Flag[]} flags
 * @param {string} prefix for the ids
 * @returns {PlacedFlag[]} hard ones first, so that where two overlap the graver one decides the look
 */
export function placeFlags(content, flags, prefix) {
  const offset = utf16Offsets(content);
  return flags
    .map((flag, order) => ({
      ...flag,
      start: offset(flag.start),
      end: offset(flag.end),
      id: `${prefix}-flag-${order}`,
    }))
    .sort((a, b) => Number(b.severity === "hard") - Number(a.severity === "hard") || a.start - b.start);
}

/** What each marked word on the page stands for. @type {WeakMap<Element, PlacedFlag[]>} */
const flagsOf = new WeakMap();

/**
 * A piece of text under at least one flag. The first piece of each flag can be reached with the keyboard.
 *
 * @param {string} text
 * @param {PlacedFlag[]} flags
 * @param {Set<PlacedFlag>} begun the flags that have a piece already; added to
 * @returns {Node}
 */
export function flaggedText(text, flags, begun) {
  // The space between a marker and the next word can be part of a flag, but is nothing to look at.
  if (text.trim() === "") return document.createTextNode(text);
  const begins = flags.some((flag) => !begun.has(flag));
  for (const flag of flags) begun.add(flag);
  const described = {
    role: "button",
    tabindex: 0,
    "aria-describedby": flags.map((flag) => flag.id).join(" "),
  };
  const marked = element(
    "span",
    {
      class: "flag",
      "data-severity": flags[0].severity,
      "data-reason": flags[0].reason,
      ...(begins ? described : {}),
    },
    text,
  );
  flagsOf.set(marked, flags);
  return marked;
}

/**
 * The list of flags below an answer: each word, why it is flagged, and what the sources have instead.
 *
 * @param {PlacedFlag[]} flags
 * @param {Citation[]} passages
 */
export function flagList(flags, passages) {
  // A flagged sentence stands before the flagged words in it.
  const ordered = [...flags].sort((a, b) => a.start - b.start || b.end - a.end);
  return element(
    "ul",
    {},
    ...ordered.map((flag) => {
      const passage = flag.evidence && passages[flag.evidence.context];
      const open = passage
        ? element(
            "button",
            { type: "button", class: "open", "data-index": passage.index },
            `Open [${passage.index}]`,
          )
        : null;
      if (open) flagsOf.set(open, [flag]);
      return element(
        "li",
        { "data-severity": flag.severity },
        element("q", {}, named(flag.text)),
        " ",
        element("span", { id: flag.id }, reasonSentence(flag.reason), evidenceWords(flag, passages)),
        " ",
        open,
      );
    }),
  );
}

/** A flagged text as the list names it: without signs, and a sentence by its beginning. @param {string} text */
function named(text) {
  const plain = text.replace(/\s*\[[\d\s,]+\]|\*\*|`/g, "").replace(/\s+/g, " ").trim();
  return plain.length > LONGEST_NAMED ? `${plain.slice(0, LONGEST_NAMED).trimEnd()}…` : plain || text;
}

/** @param {PlacedFlag} flag @param {Citation[]} passages */
function evidenceWords(flag, passages) {
  const passage = flag.evidence && passages[flag.evidence.context];
  if (!flag.evidence || !passage) return "";
  return ` ${evidenceIntroduction(flag.reason)} “${flag.evidence.text}” (${nameOf(passage)}).`;
}

/**
 * The flag that a press on `target` means, if it has evidence to open.
 *
 * @param {Element} target
 * @returns {PlacedFlag|undefined}
 */
export function evidenceBehind(target) {
  return flagsOf.get(target)?.find((flag) => flag.evidence);
}

/** The one note on the page: it shows beside a flagged word while the pointer or the focus is on it. */
export class FlagNote {
  /**
   * @param {HTMLElement} note
   * @param {HTMLElement} conversation
   * @param {(word: Element) => Citation[]} passagesOf the passages of the answer that a word stands in
   */
  constructor(note, conversation, passagesOf) {
    this.note = note;
    this.passagesOf = passagesOf;
    /** @type {Element|null} */
    this.word = null;
    this.timer = 0;
    conversation.addEventListener("pointerover", (event) => this.enter(event));
    conversation.addEventListener("focusin", (event) => this.enter(event));
    conversation.addEventListener("pointerout", (event) => this.leave(event));
    conversation.addEventListener("focusout", () => this.hide());
    note.addEventListener("pointerenter", () => clearTimeout(this.timer));
    note.addEventListener("pointerleave", (event) => this.leave(event));
    // A press on the note must not take the focus from the word, or the note would be gone before the click.
    note.addEventListener("mousedown", (event) => event.preventDefault());
    document.addEventListener("pointerdown", (event) => this.pressElsewhere(event));
  }

  /** @param {Event} event */
  enter(event) {
    const word = event.target instanceof Element ? event.target.closest(".flag") : null;
    if (word) this.show(word);
  }

  /**
   * A finger leaves with every tap; only a pointer that hovers says something by leaving.
   *
   * @param {PointerEvent} event
   */
  leave(event) {
    if (event.pointerType === "touch") return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), GRACE_MILLISECONDS);
  }

  /** @param {Event} event */
  pressElsewhere(event) {
    const inside = event.target instanceof Element && event.target.closest(".flag, #flag-note");
    if (!inside) this.hide();
  }

  /** @param {Element} word */
  show(word) {
    clearTimeout(this.timer);
    if (this.word === word) return;
    this.word = word;
    const flags = flagsOf.get(word) ?? [];
    const passages = this.passagesOf(word);
    this.note.replaceChildren(...flags.flatMap((flag) => this.explanation(flag, passages)));
    this.note.hidden = false;
    this.place(word);
  }

  /** @param {PlacedFlag} flag @param {Citation[]} passages */
  explanation(flag, passages) {
    const lines = [
      element("p", { class: "reason", "data-severity": flag.severity }, reasonSentence(flag.reason)),
    ];
    const passage = flag.evidence && passages[flag.evidence.context];
    if (!flag.evidence || !passage) return lines;
    // The keyboard opens the passage from the word itself; this button is for a finger, which cannot hover.
    const open = element(
      "button",
      { type: "button", class: "open", tabindex: -1 },
      `Open [${passage.index}]`,
    );
    flagsOf.set(open, [flag]);
    const nearest = element(
      "p",
      {},
      `${evidenceIntroduction(flag.reason)} `,
      element("q", {}, flag.evidence.text),
      ` (${nameOf(passage)})`,
    );
    lines.push(nearest);
    lines.push(open);
    return lines;
  }

  /**
   * Below the word, or above it where the window ends; never beyond the window's sides.
   *
   * @param {Element} word
   */
  place(word) {
    const at = word.getClientRects()[0];
    const { width, height } = this.note.getBoundingClientRect();
    const left = Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - width - GAP));
    const fitsBelow = at.bottom + GAP + height < this.bottom();
    const top = fitsBelow || at.top < height + GAP ? at.bottom + GAP : at.top - GAP - height;
    this.note.style.setProperty("--note-left", `${left + window.scrollX}px`);
    this.note.style.setProperty("--note-top", `${top + window.scrollY}px`);
  }

  /** Where the note would disappear behind the question box. */
  bottom() {
    return document.getElementById("composer")?.getBoundingClientRect().top ?? window.innerHeight;
  }

  get visible() {
    return !this.note.hidden;
  }

  hide() {
    clearTimeout(this.timer);
    this.word = null;
    this.note.hidden = true;
  }
}
