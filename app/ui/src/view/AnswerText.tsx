/** The text of an answer, with its markers and its flagged words. */

import { useCallback, useMemo, useRef } from "preact/hooks";

import { type Exchange, outcomeOf, passageOf } from "../state/exchange";
import { type PlacedFlag, placeFlags } from "../state/flags";
import { nameOf } from "../text/citations";
import { KnownAddresses } from "../text/markers";
import type { AnswerActions } from "./actions";
import { useInterface } from "./context";
import { FlaggedWords } from "./FlaggedWords";
import { Prose, type RenderMark, type RenderMarker } from "./Prose";

export function AnswerText({ exchange, actions }: { exchange: Exchange; actions: AnswerActions }) {
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
  // A model may have been told by a document to send the reader, and what it knows, elsewhere. Texts of the domain and
  // the documents' own sentences are not the model's.
  const isModels = about.mode === "generated" && outcomeOf(exchange) === "answer";
  const addresses = useMemo(
    () => (isModels ? new KnownAddresses((about.passages ?? []).flatMap(({ text, url }) => [text, url ?? ""])) : undefined),
    [isModels, about.passages],
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
        addresses={addresses}
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
