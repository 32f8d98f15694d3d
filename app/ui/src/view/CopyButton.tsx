/** Copies an answer with its sources. */

import { useEffect, useState } from "preact/hooks";

import type { Exchange } from "../state/exchange";
import type { Words } from "../words";
import { useInterface } from "./context";
import { CopyIcon } from "./icons";
import { nameOf, placeOf } from "./Sources";

const SHOWN_MILLISECONDS = 2000;

/** An answer with the sources that it cites, as text for the clipboard. */
export function asText({ content, about }: Exchange, words: Words): string {
  const lines = (about.citations ?? []).map((citation) => {
    const where = [nameOf(citation), placeOf(citation, words)].filter(Boolean).join(", ");
    return `[${citation.index}] ${where}`;
  });
  return [content.trim(), lines.join("\n")].filter(Boolean).join("\n\n");
}

export function CopyButton({ exchange }: { exchange: Exchange }) {
  const { words } = useInterface();
  const [outcome, setOutcome] = useState<"copied" | "copyFailed" | null>(null);
  useEffect(() => {
    if (!outcome) return undefined;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = (): void => {
    // A page on plain HTTP has no clipboard, and a host page may forbid it.
    const writing = (navigator.clipboard as Clipboard | undefined)?.writeText(asText(exchange, words)) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => setOutcome("copied"),
      () => setOutcome("copyFailed"),
    );
  };

  return (
    <button type="button" class="button quiet copy" onClick={copy}>
      <CopyIcon />
      <span aria-live="polite">{words[outcome ?? "copy"]}</span>
    </button>
  );
}
