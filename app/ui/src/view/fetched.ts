/** What is asked of the service when a view is shown. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";

export interface Fetched<Value> {
  /** Null until it is here; while it is asked for again, what was there before. */
  readonly value: Value | null;
  readonly failure: Failure | null;
  readonly again: () => void;
}

/** @param load null asks for nothing; the same function as long as the same is asked for: a new one begins from nothing */
export function useFetched<Value>(load: ((signal: AbortSignal) => Promise<Value>) | null): Fetched<Value> {
  const [state, setState] = useState<{ load: typeof load; value: Value | null; failure: Failure | null } | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!load) return undefined;
    const controller = new AbortController();
    load(controller.signal).then(
      (value) => setState({ load, value, failure: null }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof RequestFailed)) throw error;
        const { failure } = error;
        setState((before) => ({ load, value: before?.load === load ? before.value : null, failure }));
      },
    );
    return () => controller.abort();
  }, [load, attempt]);
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const current = state?.load === load ? state : null;
  return { value: current?.value ?? null, failure: current?.failure ?? null, again };
}

export interface Paged<Value> extends Fetched<Value> {
  /** Asks for one page more; what is there stays until it has come. */
  readonly more: () => void;
}

/** @param load the first pages together; the same function as long as the same is asked for */
export function usePages<Value>(load: (signal: AbortSignal, pages: number) => Promise<Value>): Paged<Value> {
  const pages = useRef(1);
  const fetched = useFetched(useCallback((signal: AbortSignal) => load(signal, pages.current), [load]));
  const more = (): void => {
    pages.current += 1;
    fetched.again();
  };
  return { ...fetched, more };
}
