/** What a person thinks of an answer: thumbs, a reason, a comment, and the way back. */

import { useRef, useState } from "preact/hooks";

import { RequestFailed } from "../api/failure";
import type { FeedbackReason } from "../api/types";
import type { Exchange, Feedback as Given } from "../state/exchange";
import { useInterface } from "./context";
import { ThumbDownIcon, ThumbUpIcon } from "./icons";

const REASONS: readonly FeedbackReason[] = ["wrong", "incomplete", "source", "unclear"];

interface FeedbackProps {
  readonly exchange: Exchange;
  /** Rejects where the service does not take it. */
  readonly rate: (feedback: Given | null) => Promise<void>;
}

export function Feedback({ exchange: { id, feedback }, rate }: FeedbackProps) {
  const { words } = useInterface();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState(false);

  const thumb = useRef<HTMLButtonElement>(null);

  /** The button that was pressed is removed: where the focus is on it, the thumb gets it. */
  const settle = (): void => {
    setAsking(false);
    const root = thumb.current?.getRootNode() as ShadowRoot | undefined;
    if (thumb.current?.parentElement?.contains(root?.activeElement ?? null)) thumb.current.focus();
  };
  /** @param sent called when the service has taken it: until then a comment stays in its box */
  const send = (given: Given | null, sent?: () => void): void => {
    rate(given).then(
      () => {
        setFailed(false);
        sent?.();
      },
      (error: unknown) => {
        if (!(error instanceof RequestFailed)) throw error;
        setFailed(true);
      },
    );
  };
  const press = (given: Given | null): void => {
    setAsking(given?.rating === "down");
    send(given);
  };

  return (
    <>
      {(["up", "down"] as const).map((rating) => {
        const label = rating === "up" ? words.helpful : words.notHelpful;
        const pressed = feedback?.rating === rating;
        const given = pressed ? null : { rating, reason: null, comment: "" };
        return (
          <button
            key={rating}
            ref={pressed ? thumb : null}
            type="button"
            class="button icon"
            aria-label={label}
            title={label}
            aria-pressed={pressed}
            onClick={() => press(given)}
          >
            {rating === "up" ? <ThumbUpIcon /> : <ThumbDownIcon />}
          </button>
        );
      })}
      {feedback && !asking && (
        <span>
          {words.feedbackGiven}{" "}
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              settle();
              send(null);
            }}
          >
            {words.undo}
          </button>
        </span>
      )}
      {failed && <span role="alert">{words.feedbackFailed}</span>}
      {asking && <Reasons name={id} send={(given) => send(given, settle)} cancel={settle} />}
    </>
  );
}

interface ReasonsProps {
  readonly name: string;
  readonly send: (given: Given) => void;
  readonly cancel: () => void;
}

function Reasons({ name, send, cancel }: ReasonsProps) {
  const { words } = useInterface();
  const [reason, setReason] = useState<FeedbackReason | null>(null);
  const [comment, setComment] = useState("");
  return (
    <form
      class="feedback"
      onSubmit={(event) => {
        event.preventDefault();
        send({ rating: "down", reason, comment: comment.trim() });
      }}
    >
      <fieldset>
        <legend>{words.whatWasWrong}</legend>
        <div class="reasons">
        {REASONS.map((one) => (
          <label key={one}>
            <input type="radio" name={`${name}-reason`} checked={reason === one} onChange={() => setReason(one)} />{" "}
            {words.feedbackReasons[one]}
          </label>
        ))}
        </div>
      </fieldset>
      <label class="comment">
        {words.comment}
        <textarea
          class="field"
          rows={2}
          maxLength={2000}
          value={comment}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </label>
      <div class="tools">
        <button type="submit" class="button primary" disabled={reason === null && !comment.trim()}>
          {words.sendFeedback}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}
