/** The review queue: its list, and one answer or item of it beside the list. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { useAdmin } from "./context";
import { date } from "./figures";
import { CaseForm } from "./CaseForm";
import { ExampleForm } from "./ExampleForm";
import { isDone, titleOf } from "./items";
import { Chip, Empty, Loaded } from "./parts";
import { PairForm } from "./PairForm";
import { ReviewForm } from "./ReviewForm";
import type { Place } from "./ReviewFrame";
import { addressOf } from "./routes";
import type { Review, ReviewPage, ReviewSource, ReviewState } from "./types";

const SOURCES: readonly ReviewSource[] = ["spot_check", "flagged", "feedback", "case", "pair", "example"];
const STATES: readonly ReviewState[] = ["open", "done"];

export function Reviews({ item }: { item: string }) {
  const { client, text } = useAdmin();
  const [state, setState] = useState<ReviewState>("open");
  const [source, setSource] = useState<ReviewSource | "">("");
  const fetched = useFetched(
    useCallback((signal: AbortSignal) => client.reviews(state, source, "", signal), [client, state, source]),
  );
  return (
    <>
      <p class="intro">{text.reviewsIntro}</p>
      <div class="filters">
        <div class="choice" role="group" aria-label={text.reviewState}>
          {STATES.map((one) => (
            <button
              key={one}
              type="button"
              class="button quiet"
              aria-pressed={one === state}
              onClick={() => setState(one)}
            >
              {one === "open" ? text.openReviews : text.doneReviews}
            </button>
          ))}
        </div>
        <label class="select">
          <span>{text.reviewSource}</span>
          <select class="field" value={source} onChange={(event) => setSource(event.currentTarget.value as typeof source)}>
            <option value="">{text.everySource}</option>
            {SOURCES.map((one) => (
              <option key={one} value={one}>
                {text.sources[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Loaded fetched={fetched}>
        {(page) => <Queue key={`${state} ${source}`} page={page} state={state} source={source} item={item} />}
      </Loaded>
    </>
  );
}

interface QueueProps {
  readonly page: ReviewPage;
  readonly state: ReviewState;
  readonly source: ReviewSource | "";
  readonly item: string;
}

/** A review that is done stays in the list until the list is loaded again: nothing jumps away under the reader. */
function Queue({ page, state, source, item }: QueueProps) {
  const { words } = useInterface();
  const { client, text } = useAdmin();
  const [further, setFurther] = useState<readonly ReviewPage[]>([]);
  const [changed, setChanged] = useState<ReadonlyMap<string, Review>>(new Map());
  const [isLoading, setLoading] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const pages = [page, ...further];
  const reviews = pages.flatMap(({ items }) => items).map((review): Review => changed.get(review.id) ?? review);
  const cursor = pages.at(-1)?.next ?? null;
  const at = reviews.findIndex(({ id }) => id === item);
  // One that is not in the list was opened by its address.
  const isAlone = item !== "" && at < 0;
  const load = useCallback((signal: AbortSignal) => client.review(item, signal), [client, item]);
  const alone = useFetched(isAlone ? load : null);
  const shown = reviews[at] ?? changed.get(item) ?? alone.value;
  const openLeft = Math.max(0, page.open - (state === "open" ? changed.size : 0));

  const list = useRef<HTMLHeadingElement>(null);
  const before = useRef(item);
  useEffect(() => {
    if (item) form.current?.querySelector<HTMLElement>("h2")?.focus();
    else if (before.current) list.current?.focus();
    before.current = item;
  }, [item, shown?.id]);

  const more = (): void => {
    if (!cursor || isLoading) return;
    setLoading(true);
    client.reviews(state, source, cursor, new AbortController().signal).then(
      (next) => setFurther([...further, next]),
      // The button stays, and may be pressed again.
      () => undefined,
    ).finally(() => setLoading(false));
  };
  const show = (index: number): void => {
    const next = reviews[index];
    if (next) location.hash = addressOf("reviews", next.id);
  };
  /** Shows the next open review; the list where there is none. */
  const goOn = (): void => {
    const after = reviews.findIndex((review, index) => index > at && !isDone(review) && review.id !== item);
    const any = after >= 0 ? after : reviews.findIndex((review) => !isDone(review) && review.id !== item);
    if (state === "open" && any >= 0) show(any);
    else location.hash = addressOf("reviews");
  };

  if (!reviews.length && !item)
    return (
      <Empty>
        <p>{state === "open" ? text.noReviews : text.noDoneReviews}</p>
      </Empty>
    );
  return (
    <div class="queue" data-item={item ? "" : undefined}>
      <section class="queue-list" aria-labelledby="queue-heading">
        <h2 ref={list} id="queue-heading" tabIndex={-1}>
          {text.queue} <span class="times">{text.openCount(openLeft)}</span>
        </h2>
        <ul>
          {reviews.map((review) => (
            <li key={review.id}>
              <a href={addressOf("reviews", review.id)} aria-current={review.id === item ? "true" : undefined}>
                <span class="asked-line" dir="auto">
                  {titleOf(review)}
                </span>
                <span class="place">
                  {text.sources[review.source]} · {date(review.created_at, words.code)}{" "}
                  {isDone(review) && <Said review={review} />}
                </span>
              </a>
            </li>
          ))}
        </ul>
        {cursor && (
          <button type="button" class="button quiet" aria-disabled={isLoading} onClick={more}>
            {text.showMore}
          </button>
        )}
      </section>
      {item && (
        <div class="queue-item" ref={form}>
          {shown ? (
            <Form
              key={shown.id}
              review={shown}
              place={{
                position: isAlone ? "" : `${at + 1} / ${reviews.length}`,
                previous: at > 0 ? () => show(at - 1) : null,
                next: !isAlone && at < reviews.length - 1 ? () => show(at + 1) : null,
              }}
              goOn={goOn}
              decided={(review) => setChanged((before) => new Map([...before, [review.id, review]]))}
            />
          ) : alone.failure?.status === 404 ? (
            <Empty>
              <p>{text.goneReview}</p>
              <p>
                <a href={addressOf("reviews")}>{text.back}</a>
              </p>
            </Empty>
          ) : (
            <Loaded fetched={alone} isItem>
              {() => null}
            </Loaded>
          )}
        </div>
      )}
    </div>
  );
}

interface AnyFormProps {
  readonly review: Review;
  readonly place: Place;
  readonly goOn: () => void;
  readonly decided: (review: Review) => void;
}

/** The form of a review, by what it is of. */
function Form({ review, ...more }: AnyFormProps) {
  switch (review.source) {
    case "case":
      return <CaseForm review={review} {...more} />;
    case "pair":
      return <PairForm review={review} {...more} />;
    case "example":
      return <ExampleForm review={review} {...more} />;
    default:
      return <ReviewForm review={review} {...more} />;
  }
}

/** What a person said of it, in the list. Of a pair neither model is named, so that a changed vote is blind, too. */
function Said({ review }: { review: Review }) {
  const { text } = useAdmin();
  if ("label" in review) return review.label && <Chip tone="ok">{text[review.label.verdict]}</Chip>;
  const { decision } = review;
  if (!decision) return null;
  if ("preferred" in decision) return <Chip tone="ok">{text.preferences[decision.preferred]}</Chip>;
  return <Chip tone={decision.verdict === "accept" ? "ok" : "hard"}>{text.itemVerdicts[decision.verdict]}</Chip>;
}
