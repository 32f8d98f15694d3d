/** Whether the service can answer, and what to look at in the documents. */

import { useCallback } from "preact/hooks";

import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { useAdmin } from "./context";
import { integer } from "./figures";
import { documentAddress, Empty, type Figure, Figures, Loaded } from "./parts";
import type { Finding, FindingKind, FindingPlace, Readiness } from "./types";

const KINDS: readonly FindingKind[] = ["denial", "number", "date", "past_date", "near_duplicate"];

export function Health() {
  const { client, text } = useAdmin();
  const readiness = useFetched(useCallback((signal: AbortSignal) => client.readiness(signal), [client]));
  const health = useFetched(useCallback((signal: AbortSignal) => client.corpusHealth(signal), [client]));
  return (
    <>
      <p class="intro">{text.healthIntro}</p>
      <section aria-labelledby="service-heading">
        <h2 id="service-heading">{text.service}</h2>
        <Loaded fetched={readiness}>{(found) => <State readiness={found} />}</Loaded>
      </section>
      <section aria-labelledby="findings-heading">
        <h2 id="findings-heading">{text.findings}</h2>
        <Loaded fetched={health}>
          {({ findings, documents, chunks }) => (
            <>
              {documents > 0 && <p class="hint">{text.examined(documents, chunks)}</p>}
              {!findings.length && (
                <Empty>
                  <p>{documents > 0 ? text.noFindings : text.nothingExamined}</p>
                </Empty>
              )}
              {KINDS.map((kind) => (
                <Findings key={kind} kind={kind} findings={findings.filter((one) => one.kind === kind)} />
              ))}
            </>
          )}
        </Loaded>
      </section>
    </>
  );
}

function State({ readiness: { ready, reason, documents, chunks, model } }: { readiness: Readiness }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const figures: Figure[] = [
    { label: text.status, value: ready ? text.ready : text.notReady, tone: ready ? "ok" : "hard", more: reason ?? "" },
    { label: text.panels.documents, value: integer(documents, words.code) },
    { label: text.passages, value: integer(chunks, words.code) },
    ...(model ? [{ label: text.model, ...modelState(model, text) }] : []),
  ];
  return <Figures figures={figures} />;
}

type Texts = ReturnType<typeof useAdmin>["text"];

function modelState(model: NonNullable<Readiness["model"]>, text: Texts): Omit<Figure, "label"> {
  if (!model.configured) return { value: text.modelNone };
  if (model.reachable && model.missing.length)
    return { value: text.modelPartial, tone: "soft", more: text.modelsMissing(model.missing.join(", ")) };
  if (model.reachable) return { value: text.modelReady, tone: "ok", more: model.name ?? "" };
  if (model.loading) return { value: text.modelLoading, tone: "soft" };
  return { value: text.modelDown, tone: "hard", more: model.error ?? "" };
}

function Findings({ kind, findings }: { kind: FindingKind; findings: readonly Finding[] }) {
  const { words, language } = useInterface();
  const { text } = useAdmin();
  if (!findings.length) return null;
  return (
    <details class="finding-group" open={findings.length < 10}>
      <summary>
        <strong>{text.kinds[kind]}</strong> <span class="times">{integer(findings.length, words.code)}</span>
      </summary>
      <ul class="cards">
        {findings.map(({ what, a, b }, index) => (
          <li class="card" key={index}>
            <p class="what" lang={language} dir="auto">
              {what}
            </p>
            <div class="places">
              <Place place={a} />
              {b && <Place place={b} />}
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Place({ place: { document_id, document_name, section, text } }: { place: FindingPlace }) {
  const { client, language } = useInterface();
  return (
    <div lang={language}>
      <a href={documentAddress(client.service, document_id)} dir="auto">
        {document_name || document_id}
      </a>
      {section && <span class="place">{section}</span>}
      {text && <blockquote dir="auto">{text}</blockquote>}
    </div>
  );
}
