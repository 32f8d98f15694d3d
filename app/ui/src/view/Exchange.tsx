/** One question with its answer. */

import { memo } from "./memo";

import type { Exchange as ExchangeState } from "../state/exchange";
import { Answer, type AnswerActions } from "./Answer";
import { useInterface } from "./context";

interface ExchangeProps {
  readonly exchange: ExchangeState;
  readonly actions: AnswerActions;
  readonly last: boolean;
}

/** Rendered again only when its exchange changes: a streaming answer does not touch those above it. */
export const Exchange = memo(({ exchange, actions, last }: ExchangeProps) => {
  const { words } = useInterface();
  return (
    <article class="exchange" id={`question-${exchange.id}`} data-id={exchange.id}>
      <h2 class="asked" dir="auto">
        <span class="unseen">{words.youAsked}: </span>
        {exchange.question}
      </h2>
      <Answer exchange={exchange} actions={actions} last={last} />
    </article>
  );
});
