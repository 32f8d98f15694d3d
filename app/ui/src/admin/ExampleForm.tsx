/** A training example to accept or reject; it can be corrected as JSON. */

import { useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { useAdmin } from "./context";
import { type Choice, Choices, chosenBy, useDeciding } from "./Decide";
import { messagesOf, objectOf, titleOf } from "./items";
import { type FormProps, ReviewFrame } from "./ReviewFrame";
import type { ExampleReview } from "./types";

export function ExampleForm({ review, place, goOn, decided }: FormProps<ExampleReview>) {
  const { language } = useInterface();
  const { text } = useAdmin();
  const posted = JSON.stringify(review.example, null, 2);
  const [written, setWritten] = useState(() => JSON.stringify(review.decision?.edited ?? review.example, null, 2));
  const [isAsked, setAsked] = useState(false);
  const deciding = useDeciding(review.id, (kept) => {
    if (kept.source === "example") decided(kept);
    goOn();
  });
  const isEdited = written !== posted;
  const object = objectOf(written);
  const accept = (): void => {
    setAsked(!object);
    if (object) deciding.send({ verdict: "accept", edited: isEdited ? object : null });
  };
  const choices: readonly Choice[] = [
    { name: "accept", label: isEdited ? text.acceptEdited : text.accept, choose: accept },
    { name: "reject", label: text.reject, choose: () => deciding.send({ verdict: "reject" }) },
  ];
  const messages = messagesOf(object ?? review.example);
  return (
    <ReviewFrame title={titleOf(review)} place={place} onKey={(key) => chosenBy(key, choices)}>
      {messages.length > 0 && (
        <div class="turns" lang={language}>
          {messages.map(({ role, content }, index) => (
            <div key={index}>
              <p class="place">{role}</p>
              <blockquote dir="auto">{content}</blockquote>
            </div>
          ))}
        </div>
      )}
      <label class="wide-label">
        {text.exampleJson}
        <textarea
          class="field code"
          rows={Math.min(24, written.split("\n").length + 1)}
          spellcheck={false}
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
      </label>
      {isAsked && !object && (
        <p class="asked-for" role="alert">
          {text.notJson}
        </p>
      )}
      <Choices
        label={text.yourVerdict}
        choices={choices}
        chosen={review.decision?.verdict ?? null}
        deciding={deciding}
        hint={text.acceptExampleHint}
        keysHint={text.acceptKeysHint}
      />
    </ReviewFrame>
  );
}
