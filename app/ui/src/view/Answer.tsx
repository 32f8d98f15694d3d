/** One answer, in every state: waiting, streaming, complete, refused, asking back, stopped, failed. */

import type { ComponentChildren } from "preact";

import type { Citation, Conflict } from "../api/types";
import { type Exchange, isRunning, outcomeOf } from "../state/exchange";
import { nameOf } from "../text/citations";
import type { Words } from "../words";
import type { AnswerActions } from "./actions";
import { AnswerText } from "./AnswerText";
import { useInterface } from "./context";
import { CopyButton } from "./CopyButton";
import { FailureNotice } from "./FailureNotice";
import { Feedback } from "./Feedback";
import { PersonIcon } from "./icons";
import { Notice } from "./Notice";
import { type OpenPassage, SourceList, Sources } from "./Sources";
import { Verdict } from "./Verdict";

interface AnswerProps {
  readonly exchange: Exchange;
  readonly actions: AnswerActions;
  /** Whether this is the last exchange, and nothing is being answered: only there one can choose, try again or hand over. */
  readonly last: boolean;
}

export function Answer({ exchange, actions, last }: AnswerProps) {
  const { words } = useInterface();
  const outcome = outcomeOf(exchange);
  const done = exchange.phase === "done";
  const state = done && outcome !== "answer" ? outcome : exchange.phase;
  return (
    <div class="answer" data-state={state} data-mode={exchange.about.mode} aria-busy={isRunning(exchange)}>
      {isRunning(exchange) && exchange.phase !== "writing" && <p class="progress">{progressOf(exchange, words)}</p>}
      {done && <BeforeAnswer exchange={exchange} />}
      <AnswerText exchange={exchange} actions={actions} />
      {done && <AfterAnswer exchange={exchange} actions={actions} last={last} />}
      {exchange.phase === "stopped" && (
        <Notice kind="stopped">
          <p>{exchange.content ? words.stopped : words.stoppedEarly}</p>
          {!exchange.content && last && (
            <p class="tools">
              <RetryButton exchange={exchange} actions={actions} />
            </p>
          )}
        </Notice>
      )}
      {exchange.failure && <FailureNotice failure={exchange.failure} retry={last ? () => actions.retry(exchange.id) : null} />}
    </div>
  );
}

function progressOf({ phase, about }: Exchange, words: Words): string {
  if (phase !== "reading") return words.searching;
  const read = words.reading(about.passages?.length ?? 0);
  return about.mode === "generated" ? `${read} ${words.writing}` : read;
}

function RetryButton({ exchange, actions }: { exchange: Exchange; actions: AnswerActions }) {
  const { words } = useInterface();
  return (
    <button type="button" class="button" onClick={() => actions.retry(exchange.id)}>
      {words.retry}
    </button>
  );
}

/** What a reader has to know before the first word. */
function BeforeAnswer({ exchange }: { exchange: Exchange }) {
  const { words } = useInterface();
  const { about } = exchange;
  const outcome = outcomeOf(exchange);
  return (
    <>
      {outcome === "refused" && <p class="refusal">{words.refused}</p>}
      {outcome === "empty_index" && <p class="refusal">{words.emptyIndex}</p>}
      {about.degraded && (
        <Notice kind="degraded">
          <p>{degradedSentence(exchange, words)}</p>
        </Notice>
      )}
    </>
  );
}

export function degradedSentence({ about }: Exchange, words: Words): string {
  const reason = about.degraded_reason ?? "unreachable";
  const incomplete = about.mode === "generated" ? words.incomplete[reason] : undefined;
  return incomplete ?? words.degradedInstead(words.degraded[reason]);
}

function AfterAnswer({ exchange, actions, last }: AnswerProps) {
  const { words } = useInterface();
  const { about } = exchange;
  const withheld = about.withheld?.length ?? 0;
  const open: OpenPassage = (passage, opener) => actions.openPassage(exchange, passage, opener);
  switch (outcomeOf(exchange)) {
    case "small_talk":
    case "empty_index":
      return null;
    case "clarification":
      return <Choices choices={about.choices ?? []} ask={last ? actions.ask : null} />;
    case "refused":
      return (
        <>
          {withheld > 0 && <Withheld>{words.withheldAnswer}</Withheld>}
          <p class="hint">{words.refusedHint}</p>
          <Nearest passages={about.nearest ?? []} open={open} />
          <Tools exchange={exchange} actions={actions} last={last} />
        </>
      );
    case "answer":
      return (
        <>
          {withheld > 0 && <Withheld>{words.withheld(withheld)}</Withheld>}
          <Conflicts conflicts={about.conflicts ?? []} open={open} />
          <Verdict exchange={exchange} openFlag={actions.openFlag} />
          <Sources cited={about.citations ?? []} passages={about.passages ?? []} open={open} />
          <Tools exchange={exchange} actions={actions} last={last} />
        </>
      );
  }
}

function Withheld({ children }: { children: ComponentChildren }) {
  return (
    <Notice kind="withheld">
      <p>{children}</p>
    </Notice>
  );
}

function Choices({ choices, ask }: { choices: readonly string[]; ask: AnswerActions["ask"] | null }) {
  const { words, language } = useInterface();
  return (
    <ul class="choices" aria-label={words.choices} lang={language}>
      {choices.map((choice) => (
        <li key={choice}>
          <button type="button" disabled={!ask} onClick={() => ask?.(choice)}>
            {choice}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Nearest({ passages, open }: { passages: readonly Citation[]; open: OpenPassage }) {
  const { words } = useInterface();
  if (!passages.length) return null;
  return (
    <section class="sources">
      <h3>{words.nearest}</h3>
      <SourceList label={words.nearest} passages={passages} open={open} />
    </section>
  );
}

/** Both sides of a contradiction between documents, each with its passage. */
function Conflicts({ conflicts, open }: { conflicts: readonly Conflict[]; open: OpenPassage }) {
  const { words } = useInterface();
  if (!conflicts.length) return null;
  return (
    <Notice kind="conflict">
      <p>
        <strong>{words.conflict}</strong>
      </p>
      <ul>
        {conflicts.map(({ a, b, what }) => (
          <li key={`${a.chunk_id} ${b.chunk_id} ${what}`}>
            {words.conflictSides(what, nameOf(a), nameOf(b))}{" "}
            {[a, b].map((side) => (
              <button key={side.chunk_id} type="button" class="link" onClick={(event) => open(side, event.currentTarget)}>
                {words.openSource(side.index)}
              </button>
            ))}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Tools({ exchange, actions, last }: AnswerProps) {
  const { words, configuration, extras } = useInterface();
  return (
    <div class="tools">
      <CopyButton exchange={exchange} />
      {extras && <extras.Tools exchange={exchange} />}
      {last && actions.handover && (
        <button type="button" class="button quiet" onClick={actions.handover}>
          <PersonIcon />
          {configuration?.widget.handover?.label ?? words.handover}
        </button>
      )}
      {configuration?.features.feedback && exchange.about.recorded && (
        <Feedback exchange={exchange} rate={(feedback) => actions.rate(exchange.id, feedback)} />
      )}
    </div>
  );
}
