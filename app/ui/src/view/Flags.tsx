/** Why words are flagged: the list below an answer, and the note beside a flagged word. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { Flag } from "../api/types";
import { isContradicted, type PlacedFlag } from "../state/flags";
import type { Words } from "../words";
import { useInterface } from "./context";
import { nameOf } from "./Sources";

/** Characters of a flagged text in the list below an answer. */
const LONGEST_NAMED = 80;
/** Pixels between a word and its note. */
const GAP = 8;

export type OpenFlag = (flag: PlacedFlag, opener: HTMLElement) => void;

function reasonOf(flag: Flag, words: Words): string {
  // A newer service may have reasons that this build does not know.
  return (words.reasons as Partial<Record<string, string>>)[flag.reason] ?? words.reasonUnknown;
}

/** A flagged text without Markdown signs and markers; a sentence by its beginning. */
export function named(text: string): string {
  const plain = text.replace(/\s*\[[\d\s,]+\]|\*\*|`/g, "").replace(/\s+/g, " ").trim();
  return plain.length > LONGEST_NAMED ? `${plain.slice(0, LONGEST_NAMED).trimEnd()}…` : plain || text;
}

/** The list of flags, in the order of the text; a flagged sentence comes before the flagged words in it. */
export function FlagList({ flags, open }: { flags: readonly PlacedFlag[]; open: OpenFlag }) {
  const { words } = useInterface();
  const ordered = [...flags].sort((a, b) => a.start - b.start || b.end - a.end);
  return (
    <ul>
      {ordered.map((placed) => (
        <li key={placed.id} data-severity={placed.flag.severity}>
          <q dir="auto">{named(placed.flag.text)}</q>{" "}
          <span>
            {reasonOf(placed.flag, words)} <Evidence placed={placed} />
          </span>{" "}
          {placed.passage && <OpenButton placed={placed} open={open} />}
        </li>
      ))}
    </ul>
  );
}

function Evidence({ placed: { flag, passage } }: { placed: PlacedFlag }) {
  const { words } = useInterface();
  if (!flag.evidence || !passage) return null;
  return (
    <>
      {isContradicted(flag) ? words.sourceHas : words.nearestInSources} <q dir="auto">{flag.evidence.text}</q> (
      {nameOf(passage)}).
    </>
  );
}

/** The reason of a flag and what the sources have, as one text. */
export function explained({ flag, passage }: PlacedFlag, words: Words): string {
  const reason = reasonOf(flag, words);
  if (!flag.evidence || !passage) return reason;
  const found = isContradicted(flag) ? words.sourceHas : words.nearestInSources;
  return `${reason} ${found} “${flag.evidence.text}” (${nameOf(passage)}).`;
}

function OpenButton({ placed, open }: { placed: PlacedFlag; open: OpenFlag }) {
  const { words } = useInterface();
  return (
    <button type="button" class="link" onClick={(event) => open(placed, event.currentTarget)}>
      {words.openSource(placed.passage?.index ?? 0)}
    </button>
  );
}

interface FlagNoteProps {
  readonly word: HTMLElement;
  readonly flags: readonly PlacedFlag[];
  readonly open: OpenFlag;
  readonly enter: () => void;
  readonly leave: (event: PointerEvent) => void;
}

/** The note beside a flagged word. It is in the top layer, so that nothing of the host page covers it. */
export function FlagNote({ word, flags, open, enter, leave }: FlagNoteProps) {
  const { words } = useInterface();
  const note = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = note.current;
    if (!element) return undefined;
    element.showPopover();
    const follow = (): void => place(element, word);
    follow();
    // The word moves with every scrolled box around it, and with everything above it that grows.
    const options = { capture: true, passive: true };
    // What scrolls inside a shadow tree is not seen outside of it.
    const places = [window, word.getRootNode()];
    for (const one of places) one.addEventListener("scroll", follow, options);
    window.addEventListener("resize", follow);
    const observer = new ResizeObserver(follow);
    observer.observe(word.closest(".conversation") ?? word);
    return () => {
      for (const one of places) one.removeEventListener("scroll", follow, options);
      window.removeEventListener("resize", follow);
      observer.disconnect();
    };
  }, [word]);

  return (
    <div
      ref={note}
      class="note"
      popover="manual"
      onPointerEnter={enter}
      onPointerLeave={leave}
      // A press on the note must not take the focus from the word, or the note would be gone before the click.
      onMouseDown={(event) => event.preventDefault()}
    >
      {flags.map((placed) => (
        <div key={placed.id}>
          <p class="reason" data-severity={placed.flag.severity}>
            {reasonOf(placed.flag, words)}
          </p>
          {placed.passage && (
            <>
              <p>
                <Evidence placed={placed} />
              </p>
              <button type="button" class="link" tabIndex={-1} onClick={() => open(placed, word)}>
                {words.openSource(placed.passage.index)}
              </button>
            </>
          )}
        </div>
      ))}
    </div>
  );
}

/** Below the word, or above it where the window ends; never beyond the window's sides. */
function place(note: HTMLElement, word: HTMLElement): void {
  const at = word.getClientRects()[0];
  if (!at) return;
  const { width, height } = note.getBoundingClientRect();
  const { clientWidth } = document.documentElement;
  const left = Math.max(GAP, Math.min(at.left, clientWidth - width - GAP));
  const fitsBelow = at.bottom + GAP + height < window.innerHeight;
  const top = fitsBelow || at.top < height + GAP ? at.bottom + GAP : at.top - GAP - height;
  note.style.setProperty("--note-left", `${left}px`);
  note.style.setProperty("--note-top", `${top}px`);
}

/** How long a note stays after the pointer has left the word, so that it can be moved to the note. */
export const GRACE_MILLISECONDS = 200;

/** Calls `outside` for a press anywhere but on a flagged word or its note. */
export function usePressOutside(outside: () => void): void {
  useEffect(() => {
    const press = (event: PointerEvent): void => {
      // In a shadow tree the target seen from outside is the host; the path has the real one.
      const [target] = event.composedPath();
      if (!(target instanceof Element && target.closest(".flag, .note"))) outside();
    };
    document.addEventListener("pointerdown", press);
    return () => document.removeEventListener("pointerdown", press);
  }, [outside]);
}
