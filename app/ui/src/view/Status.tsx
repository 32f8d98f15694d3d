/** The quiet line about the service: what it has to answer from, and with what. */

import type { Configuration } from "../api/types";
import type { Words } from "../words";
import { useInterface } from "./context";

export function Status() {
  const { words, client, configuration, unavailable } = useInterface();
  // A widget says in a notice why it cannot be used.
  const isWaiting = !unavailable || !client.isForSite;
  return (
    <p class="status" role="status">
      {configuration ? statusOf(configuration, words) : isWaiting && words.connecting}
      {configuration?.widget.notice && <span class="privacy"> {configuration.widget.notice}</span>}
    </p>
  );
}

function statusOf({ documents, model }: Configuration, words: Words): string {
  const size = documents === 0 ? words.status.noDocuments : words.documentCount(documents);
  if (!model.configured) return `${size} · ${words.status.extractive}`;
  if (model.loading) return `${size} · ${words.status.loading}`;
  if (!model.reachable) return `${size} · ${words.status.unreachable}`;
  // The visitors of a site are not told.
  return model.name ? `${size} · ${words.status.model(model.name)}` : size;
}
