/** Copies the address of a question. In another browser it leads to the question alone: the answer is kept in this one. */

import { useClipboard } from "../view/clipboard";
import { useInterface } from "../view/context";
import { LinkIcon } from "./icons";
import { usePageWords } from "./words";

export function LinkButton({ address }: { address: () => string }) {
  const { words } = useInterface();
  const page = usePageWords();
  const [outcome, copy] = useClipboard();
  const texts = { copied: page.linkCopied, copyFailed: words.copyFailed };
  return (
    <button type="button" class="button quiet" onClick={() => copy(address())}>
      <LinkIcon />
      <span aria-live="polite">{outcome ? texts[outcome] : page.linkToQuestion}</span>
    </button>
  );
}
