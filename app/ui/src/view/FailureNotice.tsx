/** What went wrong with a question, and the way to go on. */

import { useEffect, useState } from "preact/hooks";

import type { Failure } from "../api/failure";
import type { Words } from "../words";
import { useInterface } from "./context";
import { Notice } from "./Notice";

/** The codes of errors that the visitor of a site can do nothing about. */
const SITE_CODES = new Set(["unknown_site_key", "origin_not_allowed"]);

/** The codes of errors with which a stream ends before its first word: a part of the service does not answer now. */
const UNAVAILABLE_CODES = new Set(["index_unavailable", "database_unavailable", "overloaded", "starting"]);

export function FailureNotice({ failure, retry }: { failure: Failure; retry: (() => void) | null }) {
  const { words, client } = useInterface();
  // What the service says of itself is for those who run it, and not for the visitors of a site.
  const isSaid = failure.message && failure.status !== 401 && (!client.isForSite || isToBeChanged(failure));
  const waiting = useSecondsUntil(failure.retryAt);
  return (
    <Notice kind={failure.kind === "offline" ? "offline" : "error"}>
      {/* Without the button, whose seconds would be spoken one after the other. */}
      <div role="alert">
        <p>{failureSentence(failure, words)}</p>
        {isSaid && <p class="said">{words.serviceSaid(failure.message)}</p>}
      </div>
      {retry && !isToBeChanged(failure) && !SITE_CODES.has(failure.code) && (
        <p class="tools">
          <button type="button" class="button" aria-disabled={waiting > 0} onClick={() => waiting === 0 && retry()}>
            {waiting > 0 ? words.retryIn(waiting) : words.retry}
          </button>
        </p>
      )}
    </Notice>
  );
}

/** Whether the same question would be refused again. */
export function isToBeChanged({ kind, status, code }: Failure): boolean {
  return kind === "status" && [400, 413, 422].includes(status) && !SITE_CODES.has(code);
}

export function failureSentence(failure: Failure, words: Words): string {
  switch (failure.kind) {
    case "offline":
      return words.offline;
    case "network":
      return words.networkFailed;
    case "closed":
      return words.closedEarly;
    case "stream":
      return UNAVAILABLE_CODES.has(failure.code) ? words.overloaded : words.brokeOff;
    case "empty":
      return words.emptyAnswer;
    case "status":
      return statusSentence(failure, words);
  }
}

function statusSentence({ status, code }: Failure, words: Words): string {
  if (SITE_CODES.has(code)) return words.notAllowedHere;
  if (status === 401 || status === 403) return words.notSignedIn;
  if (status === 429) return words.tooMany;
  if (status === 503) return words.overloaded;
  return status >= 500 ? words.serverFailed : words.invalidQuestion;
}

/** The whole seconds until a time, counted down; 0 once it is there. */
function useSecondsUntil(time: number): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((time - now) / 1000));
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), 1000);
    return () => clearTimeout(timer);
  }, [left, now]);
  return left;
}
