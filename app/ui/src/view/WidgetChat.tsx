/** The chat as it is embedded: a slim head, and passages that cover the conversation. */

import { useCallback } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { Chat, useExchanges } from "./Chat";
import { useInterface } from "./context";
import type { Host } from "./host";
import { CloseIcon } from "./icons";

interface WidgetChatProps {
  readonly conversation: Conversation;
  readonly host: Host;
  readonly composerRef: { current: HTMLTextAreaElement | null };
  readonly close: (() => void) | null;
}

export function WidgetChat({ conversation, host, composerRef, close }: WidgetChatProps) {
  const { words, configuration } = useInterface();
  const exchanges = useExchanges(conversation);
  const handover = useCallback(() => host.handover(), [host]);
  return (
    <Chat
      conversation={conversation}
      narrow
      legend={false}
      composerRef={composerRef}
      handover={configuration?.widget.handover ? handover : null}
      head={
        <header class="head">
          <h1 class="title" id="chat-title">
            {configuration?.widget.title ?? ""}
          </h1>
          {exchanges.length > 0 && (
            <button type="button" class="button quiet new" onClick={() => conversation.restart()}>
              {words.newConversation}
            </button>
          )}
          {close && (
            <button type="button" class="button quiet icon-only" aria-label={words.close} onClick={close}>
              <CloseIcon />
            </button>
          )}
        </header>
      }
    />
  );
}
