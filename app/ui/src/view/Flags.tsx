/** Why words are flagged: the list below an answer, and the note beside a flagged word. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { Exchange } from "../state/exchange";
import { isContradicted, type PlacedFlag } from "../state/flags";
import { verdictOf } from "../state/verdict";
import { nameOf } from "../text/citations";
import { utf16Offsets } from "../text/offsets";
import type { Contradiction, Words } from "../words";
import { useInterface } from "./context";

/** Characters of a flagged text in the list below an answer. */
const LONGEST_NAMED = 80;
/** Characters of what the sources say instead; its passage is a press away. */
const LONGEST_QUOTED = 200;
/** Pixels between a word and its note. */
const GAP = 8;

export type OpenFlag = (flag: PlacedFlag, opener: HTMLElement) => void;

/** The reason of a flag around what the sources say instead: a reason that does not quote it has it all before. */
interface Reason {
  readonly before: string;
  readonly found: string;
  readonly after: string;
}

/** Stands for what is quoted while a text is cut in two. */
const PLACE = "\u0000";

function reasonOf({ flag: { reason, evidence } }: PlacedFlag, words: Words): Reason {
  // A newer service may have reasons that this build does not know, and a kept conversation some that no longer exist.
  const text = (words.reasons as Partial<Record<string, string | Contradiction>>)[reason] ?? words.reasonUnknown;
  if (typeof text === "string") return { before: text, found: "", after: "" };
  if (!evidence) return { before: text.plain, found: "", after: "" };
  const [before = "", after = ""] = text.quoting(PLACE).split(PLACE);
  return { before, found: shortened(evidence.text, LONGEST_QUOTED), after };
}

function shortened(text: string, longest: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest).trimEnd()}…` : line;
}

/** A flagged text without Markdown signs and markers; a sentence by its beginning. */
export function named(text: string): string {
  return shortened(text.replace(/\s*\[[\d\s,]+\]|\*\*|`/g, ""), LONGEST_NAMED) || text;
}

/** Whether a flag only repeats of a word what another one says of its whole sentence. */
function isRepeated({ flag, start, end }: PlacedFlag, flags: readonly PlacedFlag[]): boolean {
  const isInside = (other: PlacedFlag): boolean =>
    other.flag.reason === "sentence_unsupported" && other.start <= start && end <= other.end;
  return flag.reason === "term_absent" && flags.some(isInside);
}

/** The list of flags, in the order of the text; a flagged sentence comes before the flagged words in it. */
export function FlagList({ flags, open }: { flags: readonly PlacedFlag[]; open: OpenFlag }) {
  if (!flags.length) return null;
  const ordered = flags.filter((flag) => !isRepeated(flag, flags)).sort((a, b) => a.start - b.start || b.end - a.end);
  return (
    <ul>
      {ordered.map((placed) => (
        <li key={placed.id} data-severity={placed.flag.severity}>
          <q dir="auto">{named(placed.flag.text)}</q>{" "}
          <span>
            <ReasonText placed={placed} />
            <Nearest placed={placed} />
            {placed.passage && ` (${nameOf(placed.passage)})`}
          </span>{" "}
          {placed.passage && <OpenButton placed={placed} open={open} />}
        </li>
      ))}
    </ul>
  );
}

/** The parts of an answer that were not checked, with the reason; none where the line says it of the whole answer. */
export function UncheckedList({ exchange }: { exchange: Exchange }) {
  const { words } = useInterface();
  const { content, about } = exchange;
  const unjudged = about.grounding?.unjudged ?? [];
  if (!unjudged.length || verdictOf(exchange, words).outcome === "unchecked") return null;
  const offset = utf16Offsets(content);
  return (
    <ul>
      {unjudged.map(({ start, end, reason }) => (
        <li key={start}>
          <q dir="auto">{named(content.slice(offset(start), offset(end)))}</q> {uncheckedBecause(reason, words)}
        </li>
      ))}
    </ul>
  );
}

function uncheckedBecause(reason: string, words: Words): string {
  const why = (words.unjudged as Partial<Record<string, string>>)[reason];
  return why ? words.notChecked(why) : words.unchecked;
}

function ReasonText({ placed }: { placed: PlacedFlag }) {
  const { words } = useInterface();
  const { before, found, after } = reasonOf(placed, words);
  return (
    <>
      {before}
      {found && <bdi>{found}</bdi>}
      {after}
    </>
  );
}

/** Where an absent thing is not contradicted: what in the sources is nearest to it. */
function Nearest({ placed: { flag, passage } }: { placed: PlacedFlag }) {
  const { words } = useInterface();
  if (!flag.evidence || !passage || isContradicted(flag)) return null;
  return (
    <>
      {". "}
      {words.nearestInSources} <bdi>{flag.evidence.text}</bdi>
    </>
  );
}

/** The reason of a flag and what the sources have, as one text. */
export function explained(placed: PlacedFlag, words: Words): string {
  const { flag, passage } = placed;
  const { before, found, after } = reasonOf(placed, words);
  const isNear = flag.evidence && passage && !isContradicted(flag);
  const nearest = isNear ? ` ${words.nearestInSources} ${flag.evidence.text}.` : "";
  return `${before}${found}${after}.${nearest}${passage ? ` (${nameOf(passage)})` : ""}`;
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
            <ReasonText placed={placed} />
            <Nearest placed={placed} />
          </p>
          {placed.passage && (
            <p>
              <bdi>{nameOf(placed.passage)}</bdi>{" "}
              <button type="button" class="link" tabIndex={-1} onClick={() => open(placed, word)}>
                {words.openSource(placed.passage.index)}
              </button>
            </p>
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
