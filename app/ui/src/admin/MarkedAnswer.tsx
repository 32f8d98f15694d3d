/**
 * An answer whose words can be marked: by dragging over them, by pressing one, or with the keyboard.
 *
 * For a screen reader it is a list of words to select from. What is between words is shown as it is in the answer.
 */

import { useRef, useState } from "preact/hooks";

import type { Span } from "../text/offsets";
import { useInterface } from "../view/context";
import { useAdmin } from "./context";
import { toggled } from "./marking";

interface MarkedAnswerProps {
  readonly answer: string;
  readonly words: readonly Span[];
  /** The words that are marked, by their position. */
  readonly marked: ReadonlySet<number>;
  /** The words that the grounding checker flagged. */
  readonly flagged: ReadonlySet<number>;
  readonly change: (marked: ReadonlySet<number>) => void;
}

export function MarkedAnswer({ answer, words, marked, flagged, change }: MarkedAnswerProps) {
  const { language } = useInterface();
  const { text } = useAdmin();
  const list = useRef<HTMLDivElement>(null);
  /** The word that the keyboard is at. */
  const [active, setActive] = useState(0);
  /** Where a drag, or a selection with Shift, began and is. */
  const [range, setRange] = useState<readonly [number, number] | null>(null);
  const [isKeyboard, setKeyboard] = useState(false);

  const finish = (from: number, to: number): void => {
    change(toggled(marked, from, to));
    setRange(null);
    setActive(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key] ?? 0;
    const edge = { Home: 0, End: words.length - 1 }[event.key];
    if (step || edge !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(words.length - 1, edge ?? active + step));
      setRange(event.shiftKey ? [range?.[0] ?? active, to] : null);
      setActive(to);
      setKeyboard(true);
      list.current?.querySelector(`#word-${to}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (range) finish(...range);
      else finish(active, active);
    } else if (event.key === "Escape" && range) {
      event.preventDefault();
      setRange(null);
    }
  };
  const [first, last] = range ? [Math.min(...range), Math.max(...range)] : [0, -1];

  return (
    <div
      ref={list}
      class="marking"
      role="listbox"
      aria-multiselectable="true"
      aria-labelledby="answer-heading"
      aria-describedby="mark-hint"
      aria-activedescendant={words.length ? `word-${active}` : undefined}
      tabIndex={0}
      lang={language}
      dir="auto"
      onKeyDown={onKey}
      onFocus={() => setKeyboard(true)}
      onBlur={() => setKeyboard(false)}
      onPointerDown={(event) => {
        const word = wordAt(event);
        // A finger scrolls; it marks what it presses.
        if (word === null || event.pointerType === "touch") return;
        setRange([word, word]);
        setKeyboard(false);
      }}
      onPointerMove={(event) => {
        const word = range && event.buttons ? wordAt(event) : null;
        if (range && word !== null && word !== range[1]) setRange([range[0], word]);
      }}
      onPointerUp={(event) => {
        if (range && event.pointerType !== "touch") finish(...range);
      }}
      onClick={(event) => {
        const word = event instanceof PointerEvent && event.pointerType === "touch" ? wordAt(event) : null;
        if (word !== null) finish(word, word);
      }}
    >
      {words.map(({ start, end }, index) => [
        <span key={`gap-${index}`} aria-hidden="true" data-joined={isJoined(index, marked) ? "" : undefined}>
          {answer.slice(words[index - 1]?.end ?? 0, start)}
        </span>,
        <span
          key={`word-${index}`}
          id={`word-${index}`}
          role="option"
          class="word"
          data-word={index}
          data-flagged={flagged.has(index) ? "" : undefined}
          data-active={isKeyboard && index === active ? "" : undefined}
          data-range={index >= first && index <= last ? "" : undefined}
          aria-selected={marked.has(index)}
          aria-label={flagged.has(index) ? `${answer.slice(start, end)} (${text.flaggedWord})` : undefined}
        >
          {answer.slice(start, end)}
        </span>,
      ])}
      <span aria-hidden="true">{answer.slice(words.at(-1)?.end ?? 0)}</span>
    </div>
  );
}

/** Whether the space before a word is between two marked ones. */
function isJoined(index: number, marked: ReadonlySet<number>): boolean {
  return marked.has(index) && marked.has(index - 1);
}

/** The word under a pointer, by its position; null beside every word. */
function wordAt(event: Event): number | null {
  const target = event.composedPath()[0];
  const word = target instanceof Element ? target.closest<HTMLElement>("[data-word]") : null;
  return word ? Number(word.dataset["word"]) : null;
}
