/** What the page shows to those whom the service does not let ask: the way to sign in, or who they are. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";
import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { Notice } from "../view/Notice";
import { forgetCaller } from "./caller";
import { Problem } from "./Problem";
import { readAccess, signIn, signInAddress, signOut, withoutResult } from "./signing";
import { usePageWords } from "./words";

/** @param why what the sign-in is needed for, where that is not plain */
export function SignIn({ why }: { why?: string }) {
  const { client } = useInterface();
  const page = usePageWords();
  const { value: access, failure, again } = useFetched(useCallback((signal) => readAccess(client, signal), [client]));
  const [hasFailed] = useState(() => new URLSearchParams(location.search).get("sign-in") === "failed");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasFailed) history.replaceState(history.state, "", withoutResult(location));
    heading.current?.focus({ preventScroll: true });
  }, [hasFailed]);
  return (
    <div class="page">
      <main class="view sign-in">
        <h1 ref={heading} class="title" tabIndex={-1}>
          {access?.signed_in ? page.mayNotAsk : page.signIn}
        </h1>
        {why && <p>{why}</p>}
        {hasFailed && (
          <div role="alert">
            <Notice kind="error">
              <p>{page.signInFailed}</p>
            </Notice>
          </div>
        )}
        {failure && <Problem what={page.signInFailed} failure={failure} retry={again} />}
        {access?.signed_in && <p>{page.signedInAs(access.name ?? "")}</p>}
        {access && !access.signed_in && access.sign_in === "provider" && (
          <a class="button" href={signInAddress(client.service, location)}>
            {page.signIn}
          </a>
        )}
        {access && !access.signed_in && access.sign_in === "key" && <KeyForm />}
        {access && !access.signed_in && access.sign_in === "proxy" && (
          <>
            <p>{page.signInAtProxy}</p>
            <button type="button" class="button" onClick={() => location.reload()}>
              {page.reload}
            </button>
          </>
        )}
        {access?.may_sign_out && <SignOut />}
      </main>
    </div>
  );
}

function KeyForm() {
  const { client } = useInterface();
  const page = usePageWords();
  const [key, setKey] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    setSending(true);
    setFailure(null);
    try {
      await signIn(client, key);
      // Loaded again, nothing is left of what another user had opened.
      location.reload();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
      setSending(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() && !isSending) void send();
      }}
    >
      <label>
        {page.apiKey}
        <span class="field">
          <input
            type="password"
            autocomplete="current-password"
            value={key}
            maxLength={200}
            required
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </span>
      </label>
      <p class="hint">{page.apiKeyHint}</p>
      {failure && <Problem what={page.signInFailed} failure={failure} />}
      <button type="submit" class="button" aria-disabled={isSending}>
        {page.signIn}
      </button>
    </form>
  );
}

/** Ends the session here, and at the provider if it has a page for that. */
export function SignOut() {
  const { client } = useInterface();
  const page = usePageWords();
  const [failure, setFailure] = useState<Failure | null>(null);
  const end = async (): Promise<void> => {
    try {
      const next = await signOut(client);
      forgetCaller(client.service);
      location.assign(next ?? client.service);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
    }
  };
  return (
    <>
      {failure && <Problem what={page.signOutFailed} failure={failure} />}
      <button type="button" class="button quiet" onClick={() => void end()}>
        {page.signOut}
      </button>
    </>
  );
}
