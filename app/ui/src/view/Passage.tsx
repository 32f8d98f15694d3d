/** A cited passage, in its document where the service shows it: beside the conversation, or a sheet over it. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { RequestFailed } from "../api/failure";
import type { Citation, DocumentText } from "../api/types";
import { locatePassage, locateWithin, type Quoted } from "../text/locate";
import type { Mark } from "../text/marks";
import { segments } from "../text/segments";
import { useInterface } from "./context";
import { CloseIcon, ExternalIcon } from "./icons";
import { Prose } from "./Prose";
import { nameOf, percentOf, placeOf } from "./Sources";

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
  readonly close: () => void;
}

export function Passage({ opened, close }: PassageProps) {
  const { words, configuration, language } = useInterface();
  const { passage } = opened;
  const title = useRef<HTMLHeadingElement>(null);
  const document = useDocument(configuration?.features.documents ? passage : null);
  useLayoutEffect(() => title.current?.focus({ preventScroll: true }), [opened]);

  return (
    <section class="sheet" role="dialog" aria-labelledby="passage-title">
      <div class="head">
        <div>
          <h2 id="passage-title" class="title" tabIndex={-1} ref={title} lang={language}>
            {nameOf(passage)}
          </h2>
          <p>
            {[placeOf(passage, words), words.match(percentOf(passage.score))].filter(Boolean).map((line) => (
              <span key={line}>{line}</span>
            ))}
            <OriginalLink passage={passage} document={document.text} />
          </p>
        </div>
        <button type="button" class="button icon" aria-label={words.closePassage} title={words.closePassage} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <PassageText key={passage.chunk_id} opened={opened} document={document} />
    </section>
  );
}

function OriginalLink({ passage, document }: { passage: Citation; document: DocumentText | null }) {
  const { words, client } = useInterface();
  const address = document?.original ? client.originalAddress(passage.document_id, passage.page) : webAddress(passage.url);
  if (!address) return null;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {words.openOriginal} <ExternalIcon />
    </a>
  );
}

/** An address that a person may be sent to, or "". */
function webAddress(address: string | null): string {
  return address && /^https?:\/\//i.test(address) ? address : "";
}

function PassageText({ opened: { passage, pointed }, document }: { opened: OpenedPassage; document: Fetched }) {
  const { words, language } = useInterface();
  const body = useRef<HTMLDivElement>(null);
  const [beyond, setBeyond] = useState({ before: SURROUNDINGS, after: SURROUNDINGS });
  const inDocument = useMemo(() => document.text && locatePassage(document.text.text, passage), [document.text, passage]);
  const text = inDocument && document.text ? document.text.text : passage.text;
  const span = inDocument ?? { start: 0, end: passage.text.length };
  const notice = document.failed ?? (document.text && !inDocument ? words.documentChanged : null);

  const part = useMemo(
    () => visiblePart(text, span.start - beyond.before, span.end + beyond.after),
    [text, span.start, span.end, beyond],
  );
  const marks = useMemo(() => {
    const found = pointed.map((one) => locateWithin(text, span, one)).filter((one) => one !== null);
    const whole: Mark = { ...span, id: "passage", kind: "cited" };
    const inner = found.map((one, order): Mark => ({ ...one, id: `pointed-${order}`, kind: "pointed" }));
    return [whole, ...inner].map((mark) => ({ ...mark, start: mark.start - part.start, end: mark.end - part.start }));
  }, [text, span.start, span.end, pointed, part]);

  useLayoutEffect(() => {
    const box = body.current;
    const target = box?.querySelector(".pointed") ?? box?.querySelector(".cited");
    // scrollIntoView would move the page behind the panel as well.
    if (box && target) box.scrollTop += target.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
  }, [text, pointed]);

  return (
    <div ref={body} class="passage" tabIndex={0} role="region" aria-label={words.passageInDocument}>
      {notice && (
        <p class="notice" data-kind="document" role="status">
          {notice}
        </p>
      )}
      {part.hasEarlier && (
        <button type="button" class="button quiet" onClick={() => setBeyond({ ...beyond, before: beyond.before * 2 })}>
          {words.earlierText}
        </button>
      )}
      <div class="prose" lang={language}>
        <Prose
          source={text.slice(part.start, part.end)}
          plain={document.text?.format === "plain"}
          streaming={false}
          marks={marks}
          firstHeadingLevel={3}
          tableLabel={words.table}
          renderMark={(piece, over) => (
            <mark class={over.some((mark) => mark.kind === "pointed") ? "cited pointed" : "cited"}>{piece}</mark>
          )}
        />
      </div>
      {part.hasLater && (
        <button type="button" class="button quiet" onClick={() => setBeyond({ ...beyond, after: beyond.after * 2 })}>
          {words.laterText}
        </button>
      )}
    </div>
  );
}

/** The whole segments of a text that touch `[from, to)`. */
function visiblePart(text: string, from: number, to: number) {
  const all = segments(text);
  const visible = all.filter((segment) => segment.end > from && segment.start < to);
  return {
    start: visible[0]?.start ?? 0,
    end: visible.at(-1)?.end ?? text.length,
    hasEarlier: visible[0] !== all[0],
    hasLater: visible.at(-1) !== all.at(-1),
  };
}

interface Fetched {
  /** Null until it is here, and where it is not to be had. */
  readonly text: DocumentText | null;
  /** Why the document is not shown. */
  readonly failed: string | null;
}

/** The document of a passage; null asks for none. */
function useDocument(passage: Citation | null): Fetched {
  const { client, words } = useInterface();
  const [fetched, setFetched] = useState<Fetched>({ text: null, failed: null });
  const id = passage?.document_id;
  useEffect(() => {
    setFetched({ text: null, failed: null });
    if (id === undefined) return undefined;
    const controller = new AbortController();
    client.document(id, controller.signal).then(
      (text) => setFetched({ text, failed: null }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const gone = error instanceof RequestFailed && error.failure.status === 404;
        setFetched({ text: null, failed: gone ? words.documentGone : words.documentUnread });
      },
    );
    return () => controller.abort();
  }, [id, client]);
  return fetched;
}
