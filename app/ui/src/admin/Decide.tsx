/** Sends a decision about an item, and offers the choices with their keys. */

import { useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";
import { useAdmin } from "./context";
import { Problem } from "./parts";
import type { Decision, ItemReview } from "./types";

interface Deciding {
  readonly send: (decision: Decision) => void;
  readonly isSending: boolean;
  readonly failure: Failure | null;
}

/** @param decided gets the review with the decision, when it is kept */
export function useDeciding(id: string, decided: (review: ItemReview) => void): Deciding {
  const { client } = useAdmin();
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const send = (decision: Decision): void => {
    if (isSending) return;
    setSending(true);
    setFailure(null);
    client.decide(id, decision).then(
      (review) => {
        setSending(false);
        decided(review);
      },
      (error: unknown) => {
        setSending(false);
        if (!(error instanceof RequestFailed)) throw error;
        setFailure(error.failure);
      },
    );
  };
  return { send, isSending, failure };
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly choose: () => void;
}

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  /** The name of what was chosen; null before that. */
  readonly chosen: string | null;
  readonly deciding: Deciding;
  readonly hint: string;
  readonly keysHint: string;
}

/** Buttons that decide at once. The first has the key 1, and so on. */
export function Choices({ label, choices, chosen, deciding, hint, keysHint }: ChoicesProps) {
  const { text } = useAdmin();
  return (
    <>
      <div class="choice decide" role="group" aria-label={label}>
        {choices.map(({ name, label: said, choose }, index) => (
          <button
            key={name}
            type="button"
            class="button"
            aria-pressed={name === chosen}
            aria-disabled={deciding.isSending}
            onClick={choose}
          >
            {said} <kbd aria-hidden="true">{index + 1}</kbd>
          </button>
        ))}
      </div>
      {deciding.failure && <Problem failure={deciding.failure} isItem />}
      <p class="hint">{hint}</p>
      <p class="hint">
        <strong>{text.keys}</strong> {keysHint}
      </p>
    </>
  );
}

/** What a key chooses. */
export function chosenBy(key: string, choices: readonly Choice[]): (() => void) | undefined {
  return choices[Number(key) - 1]?.choose;
}
