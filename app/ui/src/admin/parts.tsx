/** What the panels have in common: waiting, failures, figures, and the choice of a period. */

import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Failure } from "../api/failure";
import { useInterface } from "../view/context";
import type { Fetched } from "../view/fetched";
import { failureSentence } from "../view/FailureNotice";
import { Notice } from "../view/Notice";
import { useAdmin } from "./context";
import { reasonOf } from "./failures";

interface LoadedProps<Value> {
  readonly fetched: Fetched<Value>;
  /** Whether it is one thing of a list. */
  readonly isItem?: boolean;
  readonly children: (value: Value) => ComponentChildren;
}

/** What was asked of the service: that it is awaited, why it failed, or what it is. One panel's failure is its own. */
export function Loaded<Value>({ fetched: { value, failure, again }, isItem = false, children }: LoadedProps<Value>) {
  const { text } = useAdmin();
  return (
    <>
      {failure && <Problem failure={failure} isItem={isItem} retry={again} />}
      {!value && !failure && (
        <p class="progress" role="status">
          {text.loading}
        </p>
      )}
      {value && children(value)}
    </>
  );
}

/** Why something failed, and what to do: sign in, ask for the role, update the service, or try again. */
export function Problem({ failure, isItem = false, retry }: { failure: Failure; isItem?: boolean; retry?: () => void }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const reason = reasonOf(failure, isItem);
  const said = failure.message && reason !== "missing";
  return (
    <div role="alert">
      <Notice kind={reason === "missing" ? "document" : failure.kind === "offline" ? "offline" : "error"}>
        <p>{reason === "other" ? (retry ? text.loadFailed : text.actionFailed) : text[reason]}</p>
        {said && <p class="said">{words.serviceSaid(failure.message)}</p>}
        {!said && reason === "other" && <p class="said">{failureSentence(failure, words)}</p>}
        <p class="tools">
          {reason === "signedOut" && (
            <button type="button" class="button" onClick={() => location.reload()}>
              {text.signIn}
            </button>
          )}
          {retry && reason === "other" && (
            <button type="button" class="button" onClick={retry}>
              {words.retry}
            </button>
          )}
        </p>
      </Notice>
    </div>
  );
}

/** In place of the panels, for those who may not see them. @param failure null for a caller without the role */
export function Refusal({ failure }: { failure: Failure | null }) {
  const { client } = useInterface();
  const { text } = useAdmin();
  const [SignIn, setSignIn] = useState<FunctionComponent | null>(null);
  const isSignedOut = failure !== null && reasonOf(failure) === "signedOut";
  useEffect(() => {
    // Where it cannot be loaded, the page of questions has the same.
    if (isSignedOut) import("./SignInHere").then(({ SignInHere }) => setSignIn(() => SignInHere), () => undefined);
  }, [isSignedOut]);
  if (SignIn) return <SignIn />;
  return (
    <main class="refused">
      <h1 class="title">{text.administration}</h1>
      {failure ? (
        <Problem failure={failure} retry={() => location.reload()} />
      ) : (
        <Notice kind="error">
          <p>{text.forbidden}</p>
        </Notice>
      )}
      <p>
        <a href={client.service}>{text.toPage}</a>
      </p>
    </main>
  );
}

/** What to do next where there is nothing yet. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly more?: string;
  readonly tone?: "ok" | "soft" | "hard";
}

/** A row of large figures. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ label, value, more, tone }) => (
        <div key={label} data-tone={tone}>
          <dt>{label}</dt>
          <dd>
            {value}
            {more && <span class="more">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const PERIODS = [7, 30, 90, 365] as const;

export function Period({ days, choose }: { days: number; choose: (days: number) => void }) {
  const { text } = useAdmin();
  return (
    <div class="choice" role="group" aria-label={text.period}>
      {PERIODS.map((period) => (
        <button
          key={period}
          type="button"
          class="button quiet"
          aria-pressed={period === days}
          onClick={() => choose(period)}
        >
          {text.days(period)}
        </button>
      ))}
    </div>
  );
}

/** A table that scrolls sideways inside its own box, which can be reached with the keyboard. */
export function Table({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="table-box" role="region" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}

/** A short state in a frame. */
export function Chip({ tone, children }: { tone?: "ok" | "soft" | "hard" | undefined; children: ComponentChildren }) {
  return (
    <span class="chip" data-tone={tone}>
      {children}
    </span>
  );
}

/** The address of a document on the page of questions. */
export function documentAddress(service: string, id: string): string {
  return `${service}#/documents/${id.split("/").map(encodeURIComponent).join("/")}`;
}
