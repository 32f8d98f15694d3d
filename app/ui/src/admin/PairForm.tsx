/** Two answers to one question, side by side. The service has drawn which is shown as A; neither has a name here. */

import { useInterface } from "../view/context";
import { useAdmin } from "./context";
import { type Choice, Choices, chosenBy, useDeciding } from "./Decide";
import { Earlier, type FormProps, ReviewFrame } from "./ReviewFrame";
import type { PairReview, Preference } from "./types";

const PREFERENCES: readonly Preference[] = ["a", "b", "tie"];

export function PairForm({ review, place, goOn, decided }: FormProps<PairReview>) {
  const { language } = useInterface();
  const { text } = useAdmin();
  const deciding = useDeciding(review.id, (kept) => {
    if (kept.source === "pair") decided(kept);
    goOn();
  });
  const choices: readonly Choice[] = PREFERENCES.map((preferred) => ({
    name: preferred,
    label: text.preferences[preferred],
    choose: () => deciding.send({ preferred }),
  }));
  const { a, b, passages, decision } = review;
  return (
    <ReviewFrame title={review.question} place={place} onKey={(key) => chosenBy(key, choices)}>
      <Earlier history={review.history} />
      <div class="pair">
        {([[text.answerA, a], [text.answerB, b]] as const).map(([name, { answer }]) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <p class="pair-answer" dir="auto" lang={language}>
              {answer}
            </p>
          </section>
        ))}
      </div>
      <Choices
        label={text.yourVerdict}
        choices={choices}
        chosen={decision?.preferred ?? null}
        deciding={deciding}
        hint={text.pairHint}
        keysHint={text.pairKeysHint}
      />
      {passages.length > 0 && (
        <section aria-labelledby="passages-heading">
          <h3 id="passages-heading">{text.reviewPassages}</h3>
          <ol class="passages" lang={language}>
            {passages.map(({ index, document_name, section, text: passage }) => (
              <li key={index} value={index}>
                <strong dir="auto">{document_name}</strong>
                {section && <span class="place">{section}</span>}
                <blockquote dir="auto">{passage}</blockquote>
              </li>
            ))}
          </ol>
        </section>
      )}
    </ReviewFrame>
  );
}
