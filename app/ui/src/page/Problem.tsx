/** A request of the page that failed: what failed, why, and the way to go on. */

import type { Failure } from "../api/failure";
import { useInterface } from "../view/context";
import { failureSentence } from "../view/FailureNotice";
import { Notice } from "../view/Notice";

interface ProblemProps {
  /** What failed; the service's own words follow it. */
  readonly what: string;
  readonly failure: Failure;
  readonly retry?: () => void;
}

export function Problem({ what, failure, retry }: ProblemProps) {
  const { words } = useInterface();
  const why = failure.message ? words.serviceSaid(failure.message) : failureSentence(failure, words);
  return (
    <div role="alert">
      <Notice kind={failure.kind === "offline" ? "offline" : "error"}>
        <p>{what}</p>
        <p class="said">{why}</p>
        {retry && (
          <p class="tools">
            <button type="button" class="button" onClick={retry}>
              {words.retry}
            </button>
          </p>
        )}
      </Notice>
    </div>
  );
}
