/** The full page. */

import { useRef } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { Chat, useExchanges } from "../view/Chat";
import { useInterface } from "../view/context";
import type { Host } from "../view/host";
import { useNarrow } from "../view/measure";

/** In a narrower page a passage covers the conversation. */
const NARROW = 1088;

export function Page({ conversation, host }: { conversation: Conversation; host: Host }) {
  const { words, configuration, language } = useInterface();
  const exchanges = useExchanges(conversation);
  const frame = useRef<HTMLDivElement>(null);
  const composer = useRef<HTMLTextAreaElement | null>(null);
  const narrow = useNarrow(frame, NARROW);
  return (
    <div ref={frame} class="page">
      <Chat
        conversation={conversation}
        narrow={narrow}
        legend
        composerRef={composer}
        handover={configuration?.widget.handover ? host.handover : null}
        head={
          <header class="masthead">
            <div>
              <h1 class="title" lang={language}>
                {configuration?.domain.title}
              </h1>
              {!exchanges.length && (
                <p class="tagline" lang={language}>
                  {configuration?.domain.tagline}
                </p>
              )}
            </div>
            {exchanges.length > 0 && (
              <button type="button" class="button quiet new" onClick={() => conversation.restart()}>
                {words.newConversation}
              </button>
            )}
          </header>
        }
      />
    </div>
  );
}
