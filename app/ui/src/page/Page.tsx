/** The full page. */

import { useEffect, useRef } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { Chat, PlainFrame, useExchanges } from "../view/Chat";
import { useInterface } from "../view/context";
import type { Host } from "../view/host";
import { useNarrow } from "../view/measure";
import { Legend } from "../view/Welcome";

/** In a narrower page a passage covers the conversation. */
const NARROW = 1088;

export function Page({ conversation, host }: { conversation: Conversation; host: Host }) {
  const { words, configuration, language } = useInterface();
  const exchanges = useExchanges(conversation);
  const frame = useRef<HTMLDivElement>(null);
  const composer = useRef<HTMLTextAreaElement | null>(null);
  const narrow = useNarrow(frame, NARROW);
  const title = configuration?.domain.title ?? "";
  useEffect(() => composer.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);
  return (
    <div ref={frame} class="page">
      <Chat
        conversation={conversation}
        frame={PlainFrame}
        isPage
        narrow={narrow}
        composerRef={composer}
        handover={configuration?.widget.handover ? host.handover : null}
        welcome={
          <div class="welcome">
            <h1 class={title ? "title" : "unseen"} lang={language}>
              {title || document.title}
            </h1>
            <p class="tagline" lang={language}>
              {configuration?.domain.tagline}
            </p>
          </div>
        }
        beginning={<Legend />}
        head={
          exchanges.length > 0 && (
            <>
              <h1 class="title" lang={language}>
                {title}
              </h1>
              <div class="tools">
                <button type="button" class="button quiet" onClick={() => conversation.restart()}>
                  {words.newConversation}
                </button>
              </div>
            </>
          )
        }
      />
    </div>
  );
}
