/** Copies the address of a question. In another browser it leads to the question alone: the answer is kept in this one. */

import { useEffect, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { LinkIcon } from "./icons";
import { usePageWords } from "./words";

const SHOWN_MILLISECONDS = 2000;

export function LinkButton({ address }: { address: () => string }) {
  const { words } = useInterface();
  const page = usePageWords();
  const [outcome, setOutcome] = useState("");
  useEffect(() => {
    if (!outcome) return undefined;
    const timer = setTimeout(() => setOutcome(""), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    // A page on plain HTTP has no clipboard.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const writing = clipboard?.writeText(address()) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => setOutcome(page.linkCopied),
      () => setOutcome(words.copyFailed),
    );
  };
  return (
    <button type="button" class="button quiet" onClick={copy}>
      <LinkIcon />
      <span aria-live="polite">{outcome || page.linkToQuestion}</span>
    </button>
  );
}
