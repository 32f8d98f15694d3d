/** A drafted case to accept or reject: the question, the expected answer, and the quotes in their documents. */

import { useCallback, useMemo, useState } from "preact/hooks";

import type { DocumentText } from "../api/types";
import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { useAdmin } from "./context";
import { type Choice, Choices, chosenBy, useDeciding } from "./Decide";
import { Chip, documentAddress, Problem } from "./parts";
import { excerptOf, locateQuote } from "./quotes";
import { Earlier, type FormProps, ReviewFrame } from "./ReviewFrame";
import type { CaseReview, GoldCase } from "./types";

export function CaseForm({ review, place, goOn, decided }: FormProps<CaseReview>) {
  const { text } = useAdmin();
  const { decision } = review;
  const drafted = review.case;
  const [edited, setEdited] = useState<GoldCase>(decision?.edited ?? drafted);
  const deciding = useDeciding(review.id, (kept) => {
    if (kept.source === "case") decided(kept);
    goOn();
  });
  const read = useReading();
  const isEdited = JSON.stringify(edited) !== JSON.stringify(drafted);
  const choices: readonly Choice[] = [
    {
      name: "accept",
      label: isEdited ? text.acceptEdited : text.accept,
      choose: () => deciding.send({ verdict: "accept", edited: isEdited ? { ...edited } : null }),
    },
    { name: "reject", label: text.reject, choose: () => deciding.send({ verdict: "reject" }) },
  ];
  const change = (changes: Partial<GoldCase>): void => setEdited({ ...edited, ...changes });
  const words = [
    ...drafted.required.map((word) => (typeof word === "string" ? word : word.join(" / "))),
    ...drafted.forbidden.map((word) => text.notWord(word)),
  ];
  return (
    <ReviewFrame title={drafted.question} place={place} onKey={(key) => chosenBy(key, choices)}>
      <p class="place">
        <Chip>{text.caseKinds[drafted.kind]}</Chip> {[drafted.id, drafted.split, ...drafted.tags].join(" · ")}
      </p>
      <Earlier history={drafted.history} />
      <label class="wide-label">
        {text.question}
        <Area value={edited.question} rows={2} change={(question) => change({ question })} />
      </label>
      <label class="wide-label">
        {text.expectedAnswer}
        <Area value={edited.answer} rows={3} change={(answer) => change({ answer })} />
      </label>
      {words.length > 0 && (
        <p class="hint">
          <strong>{text.requiredWords}</strong> {words.join(", ")}
        </p>
      )}
      <section aria-labelledby="quotes-heading">
        <h3 id="quotes-heading">{text.goldQuotes}</h3>
        {!drafted.gold.length && <p class="hint">{text.noQuotes}</p>}
        {edited.gold.map(({ document_id, quote }, index) => (
          <Quote
            key={index}
            documentId={document_id}
            read={read}
            quote={quote}
            change={(changed) =>
              change({ gold: edited.gold.map((gold, at) => (at === index ? { ...gold, quote: changed } : gold)) })
            }
          />
        ))}
      </section>
      <Choices
        label={text.yourVerdict}
        choices={choices}
        chosen={decision?.verdict ?? null}
        deciding={deciding}
        hint={text.acceptCaseHint}
        keysHint={text.acceptKeysHint}
      />
    </ReviewFrame>
  );
}

interface AreaProps {
  readonly label?: string;
  readonly value: string;
  readonly rows: number;
  readonly change: (value: string) => void;
}

function Area({ label, value, rows, change }: AreaProps) {
  return (
    <textarea
      class="field"
      aria-label={label}
      rows={rows}
      dir="auto"
      value={value}
      maxLength={8000}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}

type Read = (documentId: string) => Promise<DocumentText>;

/** Reads documents, each once: several quotes may be of one. */
function useReading(): Read {
  const { client } = useInterface();
  return useMemo(() => {
    const documents = new Map<string, Promise<DocumentText>>();
    return (id) => {
      const document = documents.get(id) ?? client.document(id, new AbortController().signal);
      documents.set(id, document);
      return document;
    };
  }, [client]);
}

interface QuoteProps {
  readonly documentId: string;
  readonly read: Read;
  readonly quote: string;
  readonly change: (quote: string) => void;
}

/** A quote that can be corrected, with its surroundings in the document. */
function Quote({ documentId, read, quote, change }: QuoteProps) {
  const { client, language } = useInterface();
  const { text } = useAdmin();
  const { value, failure } = useFetched(useCallback(() => read(documentId), [read, documentId]));
  const excerpt = useMemo(() => {
    const span = value && locateQuote(value.text, quote);
    return span && excerptOf(value.text, span);
  }, [value, quote]);
  return (
    <div class="quote">
      <a href={documentAddress(client.service, documentId)} dir="auto">
        {value?.name ?? documentId}
      </a>
      {failure?.status === 404 && <p class="asked-for">{text.quoteWithoutDocument}</p>}
      {failure && failure.status !== 404 && <Problem failure={failure} />}
      {excerpt && (
        <blockquote class="excerpt" dir="auto" lang={language}>
          {excerpt.before}
          <mark>{excerpt.quote}</mark>
          {excerpt.after}
        </blockquote>
      )}
      {value && !excerpt && <p class="asked-for">{text.quoteNotFound}</p>}
      <details open={Boolean(value && !excerpt)}>
        <summary>{text.editQuote}</summary>
        <Area label={text.editQuote} value={quote} rows={3} change={change} />
      </details>
    </div>
  );
}
