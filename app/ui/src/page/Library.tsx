/** The documents: their list, a search in their text, and adding and deleting them. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";
import type { DocumentList, DocumentRow, UnreadUpload } from "../api/types";
import { useInterface } from "../view/context";
import { useFetched, usePages } from "../view/fetched";
import { CloseIcon } from "../view/icons";
import type { OpenedPassage } from "../view/Passage";
import { type OpenPassage, SourceList } from "../view/Sources";
import { Confirm } from "./Dialog";
import { DocumentIcon, SearchIcon, TrashIcon } from "./icons";
import { Problem } from "./Problem";
import type { Go } from "./router";
import { addressOf } from "./routes";
import { UploadPanel } from "./UploadPanel";
import type { Uploads } from "./uploads";
import { usePageWords } from "./words";

/** The source of uploads, the only one whose documents can be deleted here. */
const UPLOADS = "uploads";
/** Rows that are shown at first, and how many each press on "Show more" adds. */
const ROWS = 200;
const POLL_MILLISECONDS = 2000;
/** How long it is shown that a document was deleted. */
const SHOWN_MILLISECONDS = 6000;

interface LibraryProps {
  readonly uploads: Uploads;
  /** What is searched for; "" shows the list. */
  readonly query: string;
  readonly go: Go;
  readonly openPassage: (opened: OpenedPassage) => void;
  /** Counts the changes of the documents: each loads the list again. */
  readonly changes: number;
  readonly changed: () => void;
}

export function Library({ uploads, query, go, openPassage, changes, changed }: LibraryProps) {
  const { client, configuration } = useInterface();
  const page = usePageWords();
  const [filter, setFilter] = useState(query);
  const load = useCallback((signal: AbortSignal, pages: number) => client.documents(signal, pages), [client]);
  const { value: list, failure, again, more } = usePages(load);
  const mayChange = configuration?.features.uploads ?? false;
  useEffect(() => setFilter(query), [query]);
  useEffect(() => {
    if (changes) again();
  }, [changes]);
  usePolling(list?.unread.some((one) => one.status !== "failed") ?? false, again);

  return (
    <>
      {mayChange && <UploadPanel uploads={uploads} />}
      <form
        class="find"
        role="search"
        aria-label={page.find}
        onSubmit={(event) => {
          event.preventDefault();
          go({ view: "documents", query: filter.trim() });
        }}
      >
        <div class="field">
          <SearchIcon />
          <input
            type="search"
            dir="auto"
            value={filter}
            placeholder={page.findPlaceholder}
            aria-label={page.findPlaceholder}
            autocomplete="off"
            enterkeyhint="search"
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="button" aria-disabled={!filter.trim()}>
          {page.search}
        </button>
      </form>
      {query && <Found key={query} query={query} open={openPassage} end={() => go({ view: "documents", query: "" })} />}
      {failure && <Problem what={page.documentsFailed} failure={failure} retry={again} />}
      {list && !query && (
        <Documents list={list} filter={filter} mayChange={mayChange} changed={changed} more={more} />
      )}
    </>
  );
}

/** Calls `again` every two seconds, as long as something is being read. */
function usePolling(isRunning: boolean, again: () => void): void {
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(again, POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isRunning, again]);
}

interface FoundProps {
  readonly query: string;
  readonly open: LibraryProps["openPassage"];
  readonly end: () => void;
}

function Found({ query, open, end }: FoundProps) {
  const { words, client } = useInterface();
  const page = usePageWords();
  const load = useCallback((signal: AbortSignal) => client.search(query, signal), [client, query]);
  const { value: hits, failure, again } = useFetched(load);
  const openHit: OpenPassage = (passage, opener) => open({ passage, pointed: [], opener });
  return (
    <section class="sources found" aria-labelledby="found">
      <div class="heading">
        <h2 id="found">{page.passagesFor(query)}</h2>
        <button type="button" class="button quiet" onClick={end}>
          <CloseIcon />
          {page.endSearch}
        </button>
      </div>
      {failure && <Problem what={page.searchFailed} failure={failure} retry={again} />}
      {!hits && !failure && <p class="progress">{words.searching}</p>}
      <p class="unseen" role="status">
        {hits && (hits.length ? page.chunks(hits.length) : page.nothingFound)}
      </p>
      {hits?.length === 0 && <p class="hint">{page.nothingFound}</p>}
      {hits && hits.length > 0 && <SourceList label={page.passagesFor(query)} passages={hits} open={openHit} />}
    </section>
  );
}

interface DocumentsProps {
  readonly list: DocumentList;
  readonly filter: string;
  readonly mayChange: boolean;
  readonly changed: () => void;
  /** Loads the next page. */
  readonly more: () => void;
}

function Documents({ list, filter, mayChange, changed, more }: DocumentsProps) {
  const { words } = useInterface();
  const page = usePageWords();
  const [most, setMost] = useState(ROWS);
  const { asking, ask, isRemoved, message } = useRemoval(changed);
  const heading = useRef<HTMLHeadingElement>(null);
  // The button of a document that is deleted goes away with it.
  useEffect(() => {
    const root = heading.current?.getRootNode() as ShadowRoot | undefined;
    if (isRemoved && root && !root.activeElement) heading.current?.focus({ preventScroll: true });
  }, [list]);
  const rows = useMemo(() => matching(list.documents, filter, words.code), [list, filter, words]);
  const unread = list.unread.filter((one) => isMatch(filter, one.id));

  return (
    <>
      {unread.length > 0 && (
        <section aria-labelledby="unread">
          <h2 id="unread">{page.unread}</h2>
          <ul class="rows">
            {unread.map((upload) => (
              <UnreadRow key={upload.id} upload={upload} remove={mayChange ? () => ask(upload.id, upload.id) : null} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="listed">
        <h2 ref={heading} id="listed" tabIndex={-1} aria-live="polite">
          {words.documentCount(filter.trim() ? rows.length : list.total)}
        </h2>
        {!list.documents.length && <p class="hint">{words.emptyIndex}</p>}
        {list.documents.length > 0 && !rows.length && <p class="hint">{page.noSuchName}</p>}
        <ul class="rows">
          {rows.slice(0, most).map((row) => (
            <Row
              key={row.id}
              row={row}
              remove={mayChange && row.source === UPLOADS ? () => ask(row.id, row.name || row.id) : null}
            />
          ))}
        </ul>
        {(rows.length > most || list.next_cursor) && (
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              setMost(most + ROWS);
              if (rows.length <= most + ROWS && list.next_cursor) more();
            }}
          >
            {page.showMore}
          </button>
        )}
      </section>
      {asking}
      {message}
    </>
  );
}

function Row({ row, remove }: { row: DocumentRow; remove: (() => void) | null }) {
  const { language } = useInterface();
  const page = usePageWords();
  const place = [row.name && row.name !== row.id ? row.id : "", row.same_as ? page.sameAs(row.same_as) : page.chunks(row.chunks)];
  return (
    <li class="row">
      <DocumentIcon />
      <div class="name">
        <a href={addressOf({ view: "document", id: row.id })} lang={language} dir="auto">
          {row.name || row.id}
        </a>
        <span class="place">{place.filter(Boolean).join(" · ")}</span>
      </div>
      {remove && <RemoveButton name={row.name || row.id} remove={remove} />}
    </li>
  );
}

function UnreadRow({ upload, remove }: { upload: UnreadUpload; remove: (() => void) | null }) {
  const page = usePageWords();
  return (
    <li class="row" data-status={upload.status}>
      <DocumentIcon />
      <div class="name">
        <span dir="auto">{upload.id}</span>
        <span class="place">{upload.status === "failed" ? page.notRead(upload.reason ?? "") : page.queued}</span>
      </div>
      {remove && <RemoveButton name={upload.id} remove={remove} />}
    </li>
  );
}

function RemoveButton({ name, remove }: { name: string; remove: () => void }) {
  const page = usePageWords();
  const label = `${page.remove}: ${name}`;
  return (
    <button type="button" class="button icon" aria-label={label} title={label} onClick={remove}>
      <TrashIcon />
    </button>
  );
}

/** Deletes a document after a question, and says what came of it. */
function useRemoval(changed: () => void) {
  const { client } = useInterface();
  const page = usePageWords();
  const [asked, setAsked] = useState<{ id: string; name: string } | null>(null);
  const [removed, setRemoved] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    if (!removed) return undefined;
    const timer = setTimeout(() => setRemoved(null), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [removed]);
  const confirm = async (id: string, name: string): Promise<void> => {
    setAsked(null);
    setRemoved(null);
    setFailure(null);
    try {
      await client.removeDocument(id);
      setRemoved(name);
      changed();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
    }
  };
  return {
    ask: (id: string, name: string) => setAsked({ id, name }),
    /** Whether a document was deleted just now. */
    isRemoved: removed !== null,
    asking: asked && (
      <Confirm
        question={page.removeDocument(asked.name)}
        hint={page.removeDocumentHint}
        action={page.remove}
        confirm={() => void confirm(asked.id, asked.name)}
        cancel={() => setAsked(null)}
      />
    ),
    message: (
      <>
        <p class={removed ? "toast" : "unseen"} role="status">
          {removed && page.documentRemoved(removed)}
        </p>
        {failure && <Problem what={page.removeFailed} failure={failure} />}
      </>
    ),
  };
}

function matching(documents: readonly DocumentRow[], filter: string, language: string): readonly DocumentRow[] {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return documents
    .filter(({ name, id }) => isMatch(filter, name, id))
    .sort((a, b) => compare(a.name || a.id, b.name || b.id) || compare(a.id, b.id));
}

/** Whether one of the names has all words of the filter. */
function isMatch(filter: string, ...names: readonly string[]): boolean {
  const text = names.join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
