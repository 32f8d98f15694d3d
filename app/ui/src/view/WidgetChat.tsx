/** The chat as it is embedded: a slim head, and passages that cover the conversation. */

import type { Conversation } from "../state/conversation";
import { Chat, type Frame, useExchanges } from "./Chat";
import { useInterface } from "./context";
import type { Host } from "./host";
import { failureSentence } from "./FailureNotice";
import { CloseIcon } from "./icons";
import { Notice } from "./Notice";

interface WidgetChatProps {
  readonly conversation: Conversation;
  readonly host: Host;
  readonly frame: Frame;
  readonly composerRef: { current: HTMLTextAreaElement | null };
  readonly close: (() => void) | null;
}

export function WidgetChat({ conversation, host, frame, composerRef, close }: WidgetChatProps) {
  const { words, configuration, unavailable } = useInterface();
  const exchanges = useExchanges(conversation);
  const widget = configuration?.widget;
  return (
    <Chat
      conversation={conversation}
      frame={frame}
      narrow
      composerRef={composerRef}
      handover={widget?.handover ? host.handover : null}
      welcome={
        unavailable ? (
          <Notice kind={unavailable.kind === "offline" ? "offline" : "error"}>
            <p>{failureSentence(unavailable, words)}</p>
          </Notice>
        ) : (
          widget?.greeting && <p class="welcome">{widget.greeting}</p>
        )
      }
      head={
        <>
          <h1 class="title" id="chat-title">
            {widget?.title ?? words.chat}
          </h1>
          <div class="tools">
            {exchanges.length > 0 && (
              <button type="button" class="button quiet" onClick={() => conversation.restart()}>
                {words.newConversation}
              </button>
            )}
            {close && (
              <button type="button" class="button icon" aria-label={words.close} title={words.close} onClick={close}>
                <CloseIcon />
              </button>
            )}
          </div>
        </>
      }
    />
  );
}
