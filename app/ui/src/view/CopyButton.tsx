/** Copies an answer with its sources. */

import type { Exchange } from "../state/exchange";
import type { Words } from "../words";
import { useClipboard } from "./clipboard";
import { useInterface } from "./context";
import { CopyIcon } from "./icons";
import { nameOf, placeOf } from "./Sources";

/** An answer with the sources that it cites, as text for the clipboard. */
function asText({ content, about }: Exchange, words: Words): string {
  const lines = (about.citations ?? []).map((citation) => {
    const where = [nameOf(citation), placeOf(citation, words)].filter(Boolean).join(", ");
    return `[${citation.index}] ${where}`;
  });
  return [content.trim(), lines.join("\n")].filter(Boolean).join("\n\n");
}

export function CopyButton({ exchange }: { exchange: Exchange }) {
  const { words } = useInterface();
  const [outcome, copy] = useClipboard();
  return (
    <button type="button" class="button quiet copy" onClick={() => copy(asText(exchange, words))}>
      <CopyIcon />
      <span aria-live="polite">{words[outcome ?? "copy"]}</span>
    </button>
  );
}
