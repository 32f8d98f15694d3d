/** One question with its answer. */

import { memo } from "./memo";

import type { Exchange as ExchangeState } from "../state/exchange";
import type { AnswerActions } from "./actions";
import { Answer } from "./Answer";
import { useInterface } from "./context";

interface ExchangeProps {
  readonly exchange: ExchangeState;
  readonly actions: AnswerActions;
  readonly last: boolean;
}

/** Whether a question may be higher than its box, which then scrolls and has to be reachable with the keyboard. */
function isLong(question: string): boolean {
  return question.length + 30 * question.split("\n").length > 300;
}

/** Rendered again only when its exchange changes: a streaming answer does not touch those above it. */
export const Exchange = memo(({ exchange, actions, last }: ExchangeProps) => {
  const { words } = useInterface();
  return (
    <article class="exchange" id={`question-${exchange.id}`} data-id={exchange.id}>
      <h2 class="asked" dir="auto" tabIndex={isLong(exchange.question) ? 0 : undefined}>
        <span class="unseen">{words.youAsked}: </span>
        {exchange.question}
      </h2>
      <Answer exchange={exchange} actions={actions} last={last} />
    </article>
  );
});
