/** A cited passage, in its document where the service shows it: beside the conversation, or a sheet over it. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Citation, DocumentText } from "../api/types";
import { nameOf, placeOf } from "../text/citations";
import { pageAddress } from "../text/addresses";
import { locatePassage, locateWithin, type Quoted } from "../text/locate";
import type { Span } from "../text/offsets";
import { useInterface } from "./context";
import { useFetched } from "./fetched";
import { CloseIcon, ExternalIcon } from "./icons";
import { type Mark, Prose, type RenderMark } from "./Prose";
import { percentOf } from "./Sources";

/** How much of the document is shown on either side of the passage, in UTF-16 units; the rest comes on request. */
const SURROUNDINGS = 6000;

export interface OpenedPassage {
  readonly passage: Citation;
  /** What the answer takes from the passage, or what the passage has in place of a flagged word. */
  readonly pointed: readonly Quoted[];
  /** Gets the focus back. */
  readonly opener: HTMLElement;
}

interface PassageProps {
  readonly opened: OpenedPassage;
  /** Whether it covers the conversation, which cannot be reached until it is closed. */
  readonly covers: boolean;
  readonly close: () => void;
}

export function Passage({ opened, covers, close }: PassageProps) {
  const { words, configuration, language, extras } = useInterface();
  const { passage } = opened;
  const [whole, setWhole] = useState<OpenedPassage | null>(null);
  const isWhole = whole === opened;
  const title = useRef<HTMLHeadingElement>(null);
  const document = usePassageDocument(configuration?.features.documents ? passage.document_id : null);
  useLayoutEffect(() => title.current?.focus({ preventScroll: true }), [opened]);

  return (
    <section class="sheet" role="dialog" aria-modal={covers} aria-label={nameOf(passage)}>
      <div class="head">
        <div>
          <h2 id="passage-title" class="title" tabIndex={-1} ref={title} lang={language}>
            {nameOf(passage)}
          </h2>
          <p>
            {[placeOf(passage, words), words.match(percentOf(passage.score))].filter(Boolean).map((line) => (
              <span key={line}>{line}</span>
            ))}
            {extras && document.text && (
              <button type="button" class="link" onClick={() => setWhole(isWhole ? null : opened)}>
                {isWhole ? extras.showPassage : extras.showWhole}
              </button>
            )}
            <OriginalLink passage={passage} document={document.text} />
          </p>
        </div>
        <button type="button" class="button icon" aria-label={words.closePassage} title={words.closePassage} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <PassageText key={`${passage.chunk_id} ${isWhole}`} opened={opened} document={document} isWhole={isWhole} />
    </section>
  );
}

function OriginalLink({ passage, document }: { passage: Citation; document: DocumentText | null }) {
  const { words, client } = useInterface();
  const address = document?.original ? client.originalAddress(passage.document_id, passage.page) : pageAddress(passage.url);
  if (!address) return null;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {words.openOriginal} <ExternalIcon />
    </a>
  );
}

interface PassageTextProps {
  readonly opened: OpenedPassage;
  readonly document: PassageDocument;
  readonly isWhole: boolean;
}

function PassageText({ opened: { passage, pointed }, document, isWhole }: PassageTextProps) {
  const { words, language, extras } = useInterface();
  const body = useRef<HTMLDivElement>(null);
  const [beyond, setBeyond] = useState({ before: SURROUNDINGS, after: SURROUNDINGS });
  const whole = document.text?.text;
  const inDocument = useMemo(() => (whole === undefined ? null : locatePassage(whole, passage)), [whole, passage]);
  const text = inDocument && whole !== undefined ? whole : passage.text;
  const { start, end } = inDocument ?? { start: 0, end: passage.text.length };
  const notice = document.failed ?? (whole !== undefined && !inDocument ? words.documentChanged : null);
  const range = { start: Math.max(0, start - beyond.before), end: Math.min(text.length, end + beyond.after) };
  const marks = useMemo(() => marksOf(text, { start, end }, pointed), [text, start, end, pointed]);

  // scrollIntoView would move the page behind the panel as well.
  const shown = useRef<readonly Mark[]>([]);
  const scrollToPassage = (): void => {
    const box = body.current;
    const target = box?.querySelector(".pointed") ?? box?.querySelector("mark");
    if (!box || !target || shown.current === marks) return;
    shown.current = marks;
    box.scrollTop += target.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
  };

  const surroundings = (
    <>
      {range.start > 0 && (
        <button type="button" class="button quiet" onClick={() => setBeyond({ ...beyond, before: beyond.before * 4 })}>
          {words.earlierText}
        </button>
      )}
      <div class={`prose ${document.text?.format ?? ""}`} lang={language}>
        <Prose
          source={text}
          isPlain={document.text?.format === "plain"}
          range={range}
          marks={marks}
          tableLabel={words.table}
          renderMark={highlighted}
          onRendered={scrollToPassage}
        />
      </div>
      {range.end < text.length && (
        <button type="button" class="button quiet" onClick={() => setBeyond({ ...beyond, after: beyond.after * 4 })}>
          {words.laterText}
        </button>
      )}
    </>
  );

  return (
    <div ref={body} class="passage" tabIndex={0} role="region" aria-label={words.passageInDocument}>
      {notice && (
        <p class="notice" data-kind="document" role="status">
          {notice}
        </p>
      )}
      {isWhole && document.text && extras ? (
        <extras.WholeDocument document={document.text} marks={inDocument ? marks : []} />
      ) : (
        surroundings
      )}
    </div>
  );
}

/** The passage, and in it what is pointed at. */
function marksOf(text: string, passage: Span, pointed: readonly Quoted[]): readonly Mark[] {
  const found = pointed.map((one) => locateWithin(text, passage, one)).filter((one) => one !== null);
  const inner = found.map((one, order): Mark => ({ ...one, id: `pointed-${order}`, kind: "pointed" }));
  return [{ ...passage, id: "passage", kind: "cited" }, ...inner];
}

export const highlighted: RenderMark = (piece, marks) => (
  <mark class={marks.some((mark) => mark.kind === "pointed") ? "pointed" : undefined}>{piece}</mark>
);

interface PassageDocument {
  /** Null until it is here, and where it is not to be had. */
  readonly text: DocumentText | null;
  /** Why the document is not shown. */
  readonly failed: string | null;
}

/** The document with this id; null asks for none. */
function usePassageDocument(id: string | null): PassageDocument {
  const { client, words } = useInterface();
  const load = useMemo(() => (id === null ? null : (signal: AbortSignal) => client.document(id, signal)), [client, id]);
  const { value: text, failure } = useFetched(load);
  const failed = failure && (failure.status === 404 ? words.documentGone : words.documentUnread);
  return { text, failed };
}
