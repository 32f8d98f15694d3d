/** The clipboard, as state of the button that writes to it. */

import { useEffect, useState } from "preact/hooks";

const SHOWN_MILLISECONDS = 2000;

/** What came of the last press, for two seconds, and what writes a text to the clipboard. */
export function useClipboard(): readonly ["copied" | "copyFailed" | null, (text: string) => void] {
  const [outcome, setOutcome] = useState<"copied" | "copyFailed" | null>(null);
  useEffect(() => {
    if (!outcome) return undefined;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (text: string): void => {
    // A page on plain HTTP has no clipboard, and a host page may forbid it.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const writing = clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => setOutcome("copied"),
      () => setOutcome("copyFailed"),
    );
  };
  return [outcome, copy];
}
