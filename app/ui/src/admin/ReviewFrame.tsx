/** What the form of every review has: the way back and on, its title, its keys, and the turns before the question. */

import type { ComponentChildren } from "preact";

import { BackIcon } from "../page/icons";
import { useInterface } from "../view/context";
import { useAdmin } from "./context";
import { addressOf } from "./routes";
import type { AnswerReview, Review } from "./types";

/** Where a review is in the list. */
export interface Place {
  readonly position: string;
  readonly previous: (() => void) | null;
  readonly next: (() => void) | null;
}

export interface FormProps<Kind extends Review> {
  readonly review: Kind;
  readonly place: Place;
  /** Shows the next open review. */
  readonly goOn: () => void;
  /** Gets the review with what a person said of it. */
  readonly decided: (review: Kind) => void;
}

interface ReviewFrameProps {
  readonly title: string;
  readonly place: Place;
  /** What a key does, by its name in lower case; nothing for a key that the form does not know. */
  readonly onKey: (key: string) => (() => void) | undefined;
  readonly children: ComponentChildren;
}

export function ReviewFrame({ title, place: { position, previous, next }, onKey, children }: ReviewFrameProps) {
  const { language } = useInterface();
  const { text } = useAdmin();
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWritten(event)) return;
    const key = event.key.toLowerCase();
    const run = onKey(key) ?? { j: next, k: previous }[key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  return (
    <article class="review" onKeyDown={pressed}>
      <div class="review-bar">
        <a class="up" href={addressOf("reviews")}>
          <BackIcon />
          {text.back}
        </a>
        <span class="tools">
          <span class="place">{position}</span>
          <button type="button" class="button quiet" aria-disabled={!previous} onClick={() => previous?.()}>
            {text.previous}
          </button>
          <button type="button" class="button quiet" aria-disabled={!next} onClick={() => next?.()}>
            {text.next}
          </button>
        </span>
      </div>
      <h2 class="item-title" tabIndex={-1} lang={language} dir="auto">
        {title}
      </h2>
      {children}
    </article>
  );
}

/** The turns before the question, folded. */
export function Earlier({ history }: { history: AnswerReview["history"] }) {
  const { text } = useAdmin();
  if (!history.length) return null;
  return (
    <details>
      <summary>{text.earlier}</summary>
      {history.map((turn, index) => (
        <blockquote key={index} dir="auto" data-role={turn.role}>
          {turn.content}
        </blockquote>
      ))}
    </details>
  );
}

/** Whether a key belongs to what is being written. */
function isWritten({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.matches("textarea, input:not([type=radio]), select");
}
