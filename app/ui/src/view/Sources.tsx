/** The passages behind an answer: those that it cites, and those that were read beside them. */

import type { Citation } from "../api/types";
import { nameOf, placeOf } from "../text/citations";
import { useInterface } from "./context";

/** @param opener what was pressed: it gets the focus back. In Safari a pressed button does not have it. */
export type OpenPassage = (passage: Citation, opener: HTMLElement) => void;

/** Of a score between 0 and 1. */
export function percentOf(score: number): number {
  return Math.round(Math.max(0, Math.min(1, score)) * 100);
}

interface SourceListProps {
  readonly label: string;
  readonly passages: readonly Citation[];
  readonly open: OpenPassage;
}

export function SourceList({ label, passages, open }: SourceListProps) {
  return (
    <ol aria-label={label}>
      {passages.map((passage) => (
        <li key={passage.chunk_id}>
          <Source passage={passage} open={open} />
        </li>
      ))}
    </ol>
  );
}

function Source({ passage, open }: { passage: Citation; open: OpenPassage }) {
  const { words, language } = useInterface();
  return (
    <button type="button" class="source" onClick={(event) => open(passage, event.currentTarget)}>
      <span class="number">{passage.index}</span>
      <span class="name" lang={language}>
        {nameOf(passage)}
      </span>
      <span class="place" lang={language}>
        {placeOf(passage, words)}
      </span>
      <span class="match" title={words.matchTitle}>
        <meter min={0} max={1} value={Math.max(0, Math.min(1, passage.score))} aria-hidden="true" />
        <span>{words.match(percentOf(passage.score))}</span>
      </span>
    </button>
  );
}

interface SourcesProps {
  readonly cited: readonly Citation[];
  readonly passages: readonly Citation[];
  readonly open: OpenPassage;
}

export function Sources({ cited, passages, open }: SourcesProps) {
  const { words } = useInterface();
  const numbers = new Set(cited.map((passage) => passage.index));
  const beside = passages.filter((passage) => !numbers.has(passage.index));
  return (
    <section class="sources">
      {cited.length > 0 && (
        <>
          <h3>{words.sources}</h3>
          <SourceList label={words.sources} passages={cited} open={open} />
        </>
      )}
      {beside.length > 0 && (
        <details>
          <summary>{words.notCited(beside.length)}</summary>
          <SourceList label={words.notCited(beside.length)} passages={beside} open={open} />
        </details>
      )}
    </section>
  );
}
