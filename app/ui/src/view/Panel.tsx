/** The panel that the launcher opens: the chat in a corner of a site's page, or on a phone in place of it. */

import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import type { Frame } from "./Chat";
import type { Host } from "./host";
import { useMedia } from "./measure";
import { WidgetChat } from "./WidgetChat";

/** On such a window the panel takes all of it; the same query is in parts.css. */
const PHONE = "(max-width: 30em), (max-height: 30em)";

interface PanelProps {
  readonly conversation: Conversation;
  readonly host: Host;
  readonly close: () => void;
}

export function Panel({ conversation, host, close }: PanelProps) {
  const composer = useRef<HTMLTextAreaElement | null>(null);
  const closing = useRef(close);
  closing.current = close;
  // Made once: another component at the same place would lose the state of everything in it.
  const frame = useMemo(() => dialogFrame(() => closing.current(), composer), []);
  return <WidgetChat conversation={conversation} host={host} frame={frame} composerRef={composer} close={close} />;
}

/** The panel as a dialog, which on a phone is modal. */
function dialogFrame(close: () => void, composer: { current: HTMLElement | null }): Frame {
  return function DialogFrame({ state, escape, children }) {
    const panel = useRef<HTMLDialogElement>(null);
    const phone = useMedia(PHONE);
    useLayoutEffect(() => {
      const element = panel.current;
      if (!element) return undefined;
      if (phone) element.showModal();
      else element.show();
      // On a phone the keyboard would cover the greeting and the suggestions.
      (phone ? element : composer.current)?.focus({ preventScroll: true });
      return () => element.close();
    }, [phone]);
    useVisibleHeight(panel, phone);
    /** Goes one step back: out of what is open inside, or out of the panel. */
    const back = (event: Event): void => {
      const key = new KeyboardEvent("keydown", { key: "Escape", cancelable: true });
      escape(key);
      event.preventDefault();
      if (!key.defaultPrevented) close();
    };
    return (
      <dialog
        ref={panel}
        class="panel"
        tabIndex={-1}
        data-state={state}
        aria-labelledby="chat-title"
        // The back gesture of a phone does the same as Escape. A browser may close the dialog without asking.
        onCancel={back}
        onClose={() => panel.current?.open === false && close()}
        onKeyDown={(event) => event.key === "Escape" && !event.isComposing && !event.defaultPrevented && back(event)}
      >
        {children}
      </dialog>
    );
  };
}

/** Keeps the panel above a phone's keyboard, which covers the page without making it smaller, and may push it up. */
function useVisibleHeight(panel: { current: HTMLElement | null }, phone: boolean): void {
  useEffect(() => {
    const { visualViewport } = window;
    const element = panel.current;
    if (!phone || !visualViewport || !element) return undefined;
    const fit = (): void => {
      // A person who has zoomed in moves about the panel, which is then larger than what can be seen of it.
      const zoomed = visualViewport.scale > 1.01;
      element.style.setProperty("--gw-visible", zoomed ? "" : `${visualViewport.height}px`);
      element.style.setProperty("--gw-visible-top", zoomed ? "" : `${visualViewport.offsetTop}px`);
    };
    fit();
    visualViewport.addEventListener("resize", fit);
    visualViewport.addEventListener("scroll", fit);
    return () => {
      visualViewport.removeEventListener("resize", fit);
      visualViewport.removeEventListener("scroll", fit);
    };
  }, [panel, phone]);
}
