/** One document of the library, as it was read. */

import { useCallback } from "preact/hooks";

import type { Client } from "../api/client";
import type { DocumentText } from "../api/types";
import { pageAddress } from "../text/addresses";
import { useInterface } from "../view/context";
import { type Fetched, useFetched } from "../view/fetched";
import { ExternalIcon } from "../view/icons";
import type { Mark } from "../view/Prose";
import { DownloadIcon } from "./icons";
import { Problem } from "./Problem";
import { WholeDocument } from "./WholeDocument";
import { usePageWords } from "./words";

const NO_MARKS: readonly Mark[] = [];

export function useDocument(client: Client, id: string): Fetched<DocumentText> {
  const load = useCallback((signal: AbortSignal) => client.document(id, signal), [client, id]);
  return useFetched(load);
}

export function DocumentBody({ fetched }: { fetched: Fetched<DocumentText> }) {
  const page = usePageWords();
  const { value: document, failure, again } = fetched;
  if (failure && !document) {
    const isMissing = failure.status === 404;
    return isMissing ? (
      <p class="notice" data-kind="document" role="status">
        {page.noSuchDocument}
      </p>
    ) : (
      <Problem what={page.documentFailed} failure={failure} retry={again} />
    );
  }
  if (!document) {
    return (
      <p class="progress" role="status">
        {page.loadingDocument}
      </p>
    );
  }
  return (
    <>
      <p class="facts">
        {[document.name && document.name !== document.id ? document.id : "", document.pages.length ? page.pages(document.pages.length) : ""]
          .filter(Boolean)
          .map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        <Original document={document} />
      </p>
      {document.left_out.length > 0 && (
        <div class="notice" data-kind="document">
          <p>{page.leftOut}</p>
          <ul>
            {document.left_out.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </div>
      )}
      <WholeDocument document={document} marks={NO_MARKS} firstHeadingLevel={2} />
    </>
  );
}

/** The file that was read, where the service has it, else the address that the source gives. */
function Original({ document }: { document: DocumentText }) {
  const { words, client } = useInterface();
  const page = usePageWords();
  const { original } = document;
  if (original && !original.inline) {
    return (
      <a href={client.originalAddress(document.id, null)} download>
        {page.downloadOriginal} <DownloadIcon />
      </a>
    );
  }
  const address = original ? client.originalAddress(document.id, null) : pageAddress(document.url);
  if (!address) return null;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {words.openOriginal} <ExternalIcon />
    </a>
  );
}
