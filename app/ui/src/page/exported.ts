/** A conversation as a file of Markdown. */

import { titleOf } from "../state/history";
import type { KeptConversation } from "../state/storage";
import { transcriptOf } from "../state/transcript";
import type { Words } from "../words";

const MOST_CHARACTERS = 80;

/** Has the browser save the conversation. */
export function saveMarkdown(conversation: KeptConversation, words: Words): void {
  const text = `# ${titleOf(conversation)}\n\n${transcriptOf(conversation.exchanges, words)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileNameOf(titleOf(conversation));
  link.click();
  // The browser reads the file after this function has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A file name that every system takes. */
export function fileNameOf(title: string): string {
  const name = title
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .slice(0, MOST_CHARACTERS)
    .replace(/^-+|-+$/g, "");
  return `${name || "conversation"}.md`;
}
