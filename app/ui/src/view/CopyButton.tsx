/** Copies an answer with its sources. */

import type { Exchange } from "../state/exchange";
import { answerText } from "../state/transcript";
import { useClipboard } from "./clipboard";
import { useInterface } from "./context";
import { CopyIcon } from "./icons";

export function CopyButton({ exchange }: { exchange: Exchange }) {
  const { words } = useInterface();
  const [outcome, copy] = useClipboard();
  return (
    <button type="button" class="button quiet copy" onClick={() => copy(answerText(exchange, words))}>
      <CopyIcon />
      <span aria-live="polite">{words[outcome ?? "copy"]}</span>
    </button>
  );
}
