/** One answer to review: what was asked, answered and read, and the label that a person gives. */

import { useMemo, useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";
import { utf16Offsets } from "../text/offsets";
import { useInterface } from "../view/context";
import { useAdmin } from "./context";
import { MarkedAnswer } from "./MarkedAnswer";
import { spansOf, wordsIn, wordsOf } from "./marking";
import { Chip, documentAddress, Problem } from "./parts";
import { Earlier, type FormProps, ReviewFrame } from "./ReviewFrame";
import type { AnswerReview, CaseMade, ReviewLabel, ReviewVerdict } from "./types";

const VERDICTS: readonly ReviewVerdict[] = ["right", "partly", "wrong"];

export function ReviewForm({ review, place, goOn, decided }: FormProps<AnswerReview>) {
  const { client, text } = useAdmin();
  const { id, question, answer, flags, label } = review;
  const words = useMemo(() => wordsOf(answer), [answer]);
  const touched = useMemo(() => {
    const offset = utf16Offsets(answer);
    return (spans: readonly { start: number; end: number }[]) =>
      wordsIn(words, spans.map(({ start, end }) => ({ start: offset(start), end: offset(end) })));
  }, [answer, words]);
  const flagged = useMemo(() => touched(flags), [touched, flags]);

  const [verdict, setVerdict] = useState<ReviewVerdict | null>(label?.verdict ?? null);
  const [marked, setMarked] = useState(() => touched(label?.unsupported ?? []));
  const [better, setBetter] = useState(label?.better_answer ?? "");
  const [note, setNote] = useState(label?.note ?? "");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isAsked, setAsked] = useState(false);
  const [isSending, setSending] = useState(false);
  const [made, setMade] = useState<CaseMade | null>(null);

  /** Keeps the label, then does what follows. Without a verdict there is no label. */
  const send = async (then: () => Promise<void> | void): Promise<void> => {
    if (isSending) return;
    if (!verdict) {
      setAsked(true);
      return;
    }
    setSending(true);
    setFailure(null);
    const given: ReviewLabel = {
      verdict,
      unsupported: spansOf(answer, words, marked),
      better_answer: better.trim() || null,
      note: note.trim() || null,
    };
    try {
      decided(await client.label(id, given));
      await then();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
    }
    setSending(false);
  };
  const save = (): void => void send(goOn);
  const makeCase = (): void => void send(async () => setMade(await client.makeCase(id)));

  const onKey = (key: string): (() => void) | undefined => {
    const choice = VERDICTS[Number(key) - 1];
    return choice ? () => setVerdict(choice) : { s: save, c: makeCase }[key];
  };

  return (
    <ReviewFrame title={question} place={place} onKey={onKey}>
      <Earlier history={review.history} />
      <section aria-labelledby="answer-heading">
        <h3 id="answer-heading">{text.answer}</h3>
        <p class="hint" id="mark-hint">
          {text.markHint}
        </p>
        <MarkedAnswer answer={answer} words={words} marked={marked} flagged={flagged} change={setMarked} />
        <p class="tools">
          <span class="place" role="status">
            {text.markedWords(marked.size)}
          </span>
          {marked.size > 0 && (
            <button type="button" class="button quiet" onClick={() => setMarked(new Set())}>
              {text.unmark}
            </button>
          )}
        </p>
      </section>
      <Feedback review={review} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <fieldset>
          <legend>{text.yourVerdict}</legend>
          <div class="choice">
            {VERDICTS.map((one, index) => (
              <label key={one} class="button verdict-choice" data-chosen={one === verdict ? "" : undefined}>
                <input
                  type="radio"
                  name="verdict"
                  value={one}
                  checked={one === verdict}
                  onChange={() => {
                    setVerdict(one);
                    setAsked(false);
                  }}
                />
                {text[one]} <kbd aria-hidden="true">{index + 1}</kbd>
              </label>
            ))}
          </div>
        </fieldset>
        <label class="wide-label">
          {text.betterAnswer}
          <textarea
            class="field"
            rows={3}
            dir="auto"
            value={better}
            maxLength={8000}
            onInput={(event) => setBetter(event.currentTarget.value)}
          />
        </label>
        <label class="wide-label">
          {text.note}
          <textarea
            class="field"
            rows={2}
            dir="auto"
            value={note}
            maxLength={2000}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        {isAsked && !verdict && (
          <p class="asked-for" role="alert">
            {text.chooseVerdict}
          </p>
        )}
        {failure && <Problem failure={failure} isItem />}
        <p class="tools">
          <button type="submit" class="button primary" aria-disabled={isSending}>
            {text.save}
          </button>
          <button type="button" class="button" aria-disabled={isSending} aria-describedby="case-hint" onClick={makeCase}>
            {text.makeCase}
          </button>
        </p>
        <p class="hint" id="case-hint">
          {text.makeCaseHint}
        </p>
        {!made && review.has_case && <p>{text.hasCase}</p>}
        {made && <Made made={made} />}
        <p class="hint">
          <strong>{text.keys}</strong> {text.keysHint}
        </p>
      </form>
      <Passages review={review} />
    </ReviewFrame>
  );
}

function Made({ made: { case: line, path } }: { made: CaseMade }) {
  const { text } = useAdmin();
  return (
    <div class="notice" data-kind="document" role="status">
      <p>{path ? text.caseMade(path) : text.caseMadeHere}</p>
      <pre class="case" tabIndex={0}>
        {JSON.stringify(line)}
      </pre>
    </div>
  );
}

function Feedback({ review: { feedback } }: { review: AnswerReview }) {
  const { text } = useAdmin();
  if (!feedback) return null;
  const { rating, reason, comment } = feedback;
  const reasons: Readonly<Record<string, string>> = text.reasons;
  return (
    <section aria-labelledby="feedback-heading">
      <h3 id="feedback-heading">{text.reviewFeedback}</h3>
      <p>
        <Chip tone={rating === "up" ? "ok" : "hard"}>{rating === "up" ? text.ratedUp : text.ratedDown}</Chip>{" "}
        {reason && (reasons[reason] ?? reason)}
      </p>
      {comment && <blockquote dir="auto">{comment}</blockquote>}
    </section>
  );
}

function Passages({ review: { passages } }: { review: AnswerReview }) {
  const { client, language } = useInterface();
  const { text } = useAdmin();
  if (!passages.length) return null;
  return (
    <section aria-labelledby="passages-heading">
      <h3 id="passages-heading">{text.reviewPassages}</h3>
      <ol class="passages" lang={language}>
        {passages.map(({ index, document_id, document_name, section, text: passage, is_cited }) => (
          <li key={index} value={index}>
            <a href={documentAddress(client.service, document_id)} dir="auto">
              {document_name || document_id}
            </a>
            {section && <span class="place">{section}</span>}
            {!is_cited && <span class="place">{text.notCited}</span>}
            {passage === null ? <p class="hint">{text.passageGone}</p> : <blockquote dir="auto">{passage}</blockquote>}
          </li>
        ))}
      </ol>
    </section>
  );
}
