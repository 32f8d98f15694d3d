/** One answer, in every state: waiting, streaming, complete, refused, asking back, stopped, failed. */

import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";

import type { Citation, Conflict } from "../api/types";
import { type Exchange, type Feedback as Given, isRunning, outcomeOf, passageOf } from "../state/exchange";
import { type PlacedFlag, placeFlags } from "../state/flags";
import type { Words } from "../words";
import { useInterface } from "./context";
import { CopyButton } from "./CopyButton";
import { FailureNotice } from "./FailureNotice";
import { Feedback } from "./Feedback";
import { FlagList, type OpenFlag } from "./Flags";
import { FlaggedWords } from "./FlaggedWords";
import { PersonIcon } from "./icons";
import { Notice } from "./Notice";
import { Prose, type RenderMark, type RenderMarker } from "./Prose";
import { nameOf, type OpenPassage, SourceList, Sources } from "./Sources";

/** What can be done with an answer. */
export interface AnswerActions {
  readonly ask: (question: string) => void;
  readonly retry: (id: string) => void;
  readonly rate: (id: string, feedback: Given | null) => Promise<void>;
  /** @param marker the offset of the marker that was pressed, in UTF-16 units; without one, all that the passage supports */
  readonly openPassage: (exchange: Exchange, passage: Citation, opener: HTMLElement, marker?: number) => void;
  readonly openFlag: OpenFlag;
  readonly enterFlag: (word: HTMLElement, flags: readonly PlacedFlag[]) => void;
  readonly leaveFlag: (event: PointerEvent | FocusEvent) => void;
  /** Null where nobody is there to hand over to. */
  readonly handover: (() => void) | null;
}

interface AnswerProps {
  readonly exchange: Exchange;
  readonly actions: AnswerActions;
  /** Whether this is the last exchange: only there a choice can be made or a person asked for. */
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
          {!exchange.content && (
            <p class="tools">
              <RetryButton exchange={exchange} actions={actions} />
            </p>
          )}
        </Notice>
      )}
      {exchange.failure && <FailureNotice failure={exchange.failure} retry={() => actions.retry(exchange.id)} />}
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

function AnswerText({ exchange, actions }: { exchange: Exchange; actions: AnswerActions }) {
  const { words, language } = useInterface();
  const { content, about, phase } = exchange;
  const flags = useMemo(() => (phase === "done" ? placeFlags(exchange) : []), [content, about.grounding, phase]);
  const text = outcomeOf(exchange) === "clarification" && phase === "done" ? withoutChoices(exchange) : content;
  // While an answer streams, a new function would render all of it again: this one reads the newest exchange.
  const newest = useRef(exchange);
  newest.current = exchange;
  const renderMark = useCallback<RenderMark>(
    (piece, marks, first) => <FlaggedWords text={piece} flags={marks as readonly PlacedFlag[]} first={first} actions={actions} />,
    [actions],
  );
  const renderMarker = useCallback<RenderMarker>(
    (index, start) => {
      const passage = passageOf(newest.current, index);
      if (!passage) return null;
      const open = (opener: HTMLElement): void => actions.openPassage(newest.current, passage, opener, start);
      return <Marker index={index} label={words.source(index, nameOf(passage))} open={open} />;
    },
    // The passages come before the first word; what comes with the last one would render all of it again.
    [actions, words, about.passages],
  );
  return (
    <div class="prose" lang={language}>
      <Prose
        source={text}
        isStreaming={phase !== "done"}
        marks={flags}
        tableLabel={words.table}
        renderMark={renderMark}
        renderMarker={renderMarker}
      />
    </div>
  );
}

interface MarkerProps {
  readonly index: number;
  readonly label: string;
  readonly open: (opener: HTMLElement) => void;
}

/** The brackets are for the clipboard: they are not seen. */
function Marker({ index, label, open }: MarkerProps) {
  return (
    <button type="button" class="marker" aria-label={label} title={label} onClick={(event) => open(event.currentTarget)}>
      <span class="bracket">[</span>
      {index}
      <span class="bracket">]</span>
    </button>
  );
}

/** A clarification ends with the list of its choices, which are shown as buttons. */
function withoutChoices({ content, about }: Exchange): string {
  const [first] = about.choices ?? [];
  const list = first === undefined ? -1 : content.lastIndexOf(`- ${first}`);
  return list < 0 ? content : content.slice(0, list).trimEnd();
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
          <Verdict exchange={exchange} actions={actions} />
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

function Verdict({ exchange, actions }: { exchange: Exchange; actions: AnswerActions }) {
  const { words } = useInterface();
  const { sentence, outcome } = verdictOf(exchange, words);
  // A long answer can have hundreds of flags: they are listed when somebody wants to see them.
  const [listed, setListed] = useState(false);
  const flags = useMemo(() => (listed ? placeFlags(exchange) : []), [exchange, listed]);
  return (
    <div class="verdict" data-outcome={outcome}>
      {exchange.about.grounding?.flags.length ? (
        <details onToggle={(event) => setListed(event.currentTarget.open)}>
          <summary>{sentence}</summary>
          {listed && <FlagList flags={flags} open={actions.openFlag} />}
        </details>
      ) : (
        <p>{sentence}</p>
      )}
      <div class="made">
        <p title={stageTimes(exchange)}>{madeOf(exchange, words)}</p>
      </div>
    </div>
  );
}

type VerdictOutcome = "supported" | "check" | "quoted" | "unchecked";

/** What the checker says. A quotation was not checked, and nothing more is claimed than that it is one. */
export function verdictOf({ about }: Exchange, words: Words): { sentence: string; outcome: VerdictOutcome } {
  const { grounding, mode } = about;
  if (!grounding) {
    return mode === "extractive"
      ? { sentence: words.quoted, outcome: "quoted" }
      : { sentence: words.unchecked, outcome: "unchecked" };
  }
  if (grounding.flags.length) {
    const sentences = grounding.flags.filter((flag) => flag.reason === "sentence_unsupported").length;
    return { sentence: words.toCheck(sentences, grounding.flags.length - sentences), outcome: "check" };
  }
  if (!grounding.supported) return { sentence: words.partlySupported, outcome: "check" };
  const sentence = grounding.unjudged.length ? words.supportedPartlyJudged : words.supported;
  return { sentence, outcome: "supported" };
}

function madeOf({ about }: Exchange, words: Words): string {
  const by = about.mode === "generated" ? words.writtenByModel : words.writtenWithoutModel;
  const again = { first: words.retriedFirst, second: words.retriedSecond, failed: words.retriedFailed };
  const total = about.timings_ms?.["total"];
  return [by, about.retried ? again[about.retried] : "", total === undefined ? "" : duration(total)]
    .filter(Boolean)
    .join(" · ");
}

/** "retrieve 12 ms · generate 1.2 s", in the order that the service gave. */
function stageTimes({ about }: Exchange): string {
  return Object.entries(about.timings_ms ?? {})
    .filter(([stage]) => stage !== "total")
    .map(([stage, milliseconds]) => `${stage.replaceAll("_", " ")} ${duration(milliseconds)}`)
    .join(" · ");
}

function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 1 ? "<1 ms" : `${Math.round(milliseconds)} ms`;
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
      {configuration?.features.feedback && (
        <Feedback exchange={exchange} rate={(feedback) => actions.rate(exchange.id, feedback)} />
      )}
    </div>
  );
}
