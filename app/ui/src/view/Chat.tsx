/** A conversation with its composer: the part that the widget and the full page have in common. */

import type { ComponentChildren, FunctionComponent } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { type Exchange as ExchangeState, isRunning } from "../state/exchange";
import type { PlacedFlag } from "../state/flags";
import { supportOf } from "../state/support";
import type { AnswerActions } from "./actions";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { useInterface } from "./context";
import { Exchange } from "./Exchange";
import { isToBeChanged } from "./FailureNotice";
import { FlagNote, GRACE_MILLISECONDS, usePressOutside } from "./Flags";
import { type OpenedPassage, Passage } from "./Passage";
import { Suggestions } from "./Welcome";

interface ChatProps {
  readonly conversation: Conversation;
  readonly frame: Frame;
  /** Whether it is all of a page: then it has the page's landmarks, which an embedded chat leaves to the page around it. */
  readonly isPage?: boolean;
  /** The title and the actions above the conversation. */
  readonly head: ComponentChildren;
  /** What is at the side of the conversation, or in its place. */
  readonly aside?: ComponentChildren;
  /** Whether a passage covers the conversation, because there is no space beside it. */
  readonly narrow: boolean;
  /** Above the question box, and below it, before the first question. */
  readonly welcome: ComponentChildren;
  readonly beginning?: ComponentChildren;
  readonly handover: (() => void) | null;
  /** What is in the question box at the beginning. */
  readonly draft?: string;
  readonly composerRef: { current: HTMLTextAreaElement | null };
}

/** The element around everything, of the class `panel`. */
export type Frame = FunctionComponent<{
  readonly state: "welcome" | "answering" | "conversation";
  /** Handles Escape as far as something inside is open; prevents the event's default then. */
  readonly escape: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}>;

export const PlainFrame: Frame = ({ state, escape, children }) => (
  <div class="panel" data-state={state} onKeyDown={escape}>
    {children}
  </div>
);

/** The exchanges of a conversation, as they are now. */
export function useExchanges(conversation: Conversation): readonly ExchangeState[] {
  const [exchanges, setExchanges] = useState(conversation.exchanges);
  useEffect(() => {
    const read = (): void => setExchanges(conversation.exchanges);
    read();
    return conversation.subscribe(read);
  }, [conversation]);
  return exchanges;
}

interface Noted {
  readonly word: HTMLElement;
  readonly flags: readonly PlacedFlag[];
}

export function Chat(props: ChatProps) {
  const { conversation, frame: Frame, isPage, head, aside, narrow, welcome, beginning, handover, composerRef } = props;
  const { words } = useInterface();
  const exchanges = useExchanges(conversation);
  const [draft, setDraft] = useState(props.draft ?? "");
  const [opened, setOpened] = useState<OpenedPassage | null>(null);
  const [noted, setNoted] = useState<Noted | null>(null);
  const leaving = useRef(0);
  const returning = useRef<HTMLElement | null>(null);
  const log = useRef<HTMLElement>(null);

  const ask = useCallback(
    (question: string) => {
      setNoted(null);
      void conversation.ask(question);
    },
    [conversation],
  );
  const hideNote = useCallback(() => setNoted(null), []);
  const closePassage = useCallback(() => {
    setOpened((open) => {
      returning.current = open?.opener ?? null;
      return null;
    });
  }, []);
  // Only now what was covered is no longer inert, and can have the focus.
  useLayoutEffect(() => {
    const opener = returning.current;
    if (opened || !opener) return;
    returning.current = null;
    (opener.isConnected ? opener : composerRef.current)?.focus({ preventScroll: true });
  }, [opened, composerRef]);
  usePressOutside(hideNote);
  useEffect(() => () => clearTimeout(leaving.current), []);

  const actions = useMemo(
    (): AnswerActions => ({
      ask,
      retry: (id) => void conversation.retry(id),
      rate: (id, feedback) => conversation.rate(id, feedback),
      openPassage: (exchange, passage, opener, marker) =>
        setOpened({ passage, opener, pointed: supportOf(exchange, passage, marker) }),
      openFlag: ({ flag, passage }, opener) => {
        if (!passage) return;
        setNoted(null);
        setOpened({ passage, opener, pointed: flag.evidence ? [flag.evidence] : [] });
      },
      enterFlag: (word, flags) => {
        clearTimeout(leaving.current);
        setNoted({ word, flags });
      },
      leaveFlag: (event) => {
        // Every tap ends with a leave event; only a pointer that hovers has really left the word.
        if ("pointerType" in event && event.pointerType === "touch") return;
        clearTimeout(leaving.current);
        leaving.current = window.setTimeout(hideNote, GRACE_MILLISECONDS);
      },
      handover,
    }),
    [ask, conversation, handover, hideNote],
  );

  useScrollToNewQuestion(log, exchanges);
  useRestarted(exchanges, () => {
    setOpened(null);
    setNoted(null);
    composerRef.current?.focus({ preventScroll: true });
  });
  useRefused(exchanges, (question) => setDraft((written) => written || question));
  const answering = exchanges.length > 0 && conversation.isAnswering;
  const state = answering ? "answering" : exchanges.length ? "conversation" : "welcome";

  const covered = opened !== null && narrow;
  const escape = (event: KeyboardEvent): void => {
    // While an input method composes, Escape ends the composition.
    if (event.key !== "Escape" || event.isComposing || !(noted ?? opened)) return;
    event.preventDefault();
    if (noted) hideNote();
    else closePassage();
  };

  const Head = isPage ? "header" : "div";
  const Body = isPage ? "main" : "div";
  return (
    <Frame state={state} escape={escape}>
      <Head class="head" inert={covered}>
        {head}
      </Head>
      {aside}
      <Body class="body" inert={covered}>
        <section ref={log} class="conversation" aria-label={words.conversation}>
          {!exchanges.length && welcome}
          {exchanges.map((exchange, position) => (
            <Exchange
              key={exchange.id}
              exchange={exchange}
              actions={actions}
              last={position === exchanges.length - 1 && !answering}
            />
          ))}
        </section>
        <Composer
          value={draft}
          change={setDraft}
          answering={answering}
          submit={() => {
            setDraft("");
            ask(draft);
          }}
          stop={() => conversation.stop()}
          focusRef={composerRef}
        />
        {!exchanges.length && <Suggestions ask={ask} />}
        {!exchanges.length && beginning}
        {noted && (
          <FlagNote
            word={noted.word}
            flags={noted.flags}
            open={actions.openFlag}
            enter={() => clearTimeout(leaving.current)}
            leave={actions.leaveFlag}
          />
        )}
      </Body>
      {opened && <Passage opened={opened} covers={covered} close={closePassage} />}
      <Announcer exchanges={exchanges} />
    </Frame>
  );
}

/** Calls `restarted` when a conversation that had exchanges has none any more. */
function useRestarted({ length }: readonly ExchangeState[], restarted: () => void): void {
  const before = useRef(length);
  useEffect(() => {
    if (before.current && !length) restarted();
    before.current = length;
  }, [length]);
}

/** Calls `refused` with a question that the service did not accept as it is: it has to be changed. */
function useRefused(exchanges: readonly ExchangeState[], refused: (question: string) => void): void {
  const last = exchanges.at(-1);
  const running = useRef<string | null>(null);
  useEffect(() => {
    if (last && isRunning(last)) running.current = last.id;
    else if (last && running.current === last.id) {
      running.current = null;
      if (last.failure && isToBeChanged(last.failure)) refused(last.question);
    }
  }, [last]);
}

/** Brings a question that has just been asked to the top of the conversation; the answer is written below it. */
function useScrollToNewQuestion(log: { current: HTMLElement | null }, exchanges: readonly ExchangeState[]): void {
  const asked = exchanges.at(-1)?.id;
  const shown = useRef(asked);
  useEffect(() => {
    if (!asked || asked === shown.current) return;
    shown.current = asked;
    log.current?.lastElementChild?.scrollIntoView({ block: "start" });
  }, [asked, log]);
}

