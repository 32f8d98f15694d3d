/** The button that opens the chat in a corner of a site's page. */

import { useRef } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { useInterface } from "./context";
import type { Host } from "./host";
import { ChatIcon, CloseIcon } from "./icons";

interface LauncherProps {
  readonly open: boolean;
  readonly conversation: Conversation;
  readonly host: Host;
}

export function Launcher({ open, conversation, host }: LauncherProps) {
  const { words, configuration } = useInterface();
  const button = useRef<HTMLButtonElement>(null);
  const label = configuration?.widget.launcher_label;
  const close = (): void => {
    host.setOpen(false);
    // The dialog gave the focus back to what had it before; in Safari a pressed button does not have it.
    if (document.activeElement === document.body) button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="launcher"
        aria-expanded={open && host.Panel !== null}
        aria-label={open ? words.close : label ? undefined : words.open}
        // The chat is loaded while a person is about to press.
        onPointerEnter={host.prepare}
        onFocus={host.prepare}
        onClick={() => (open ? close() : host.setOpen(true))}
      >
        {open ? <CloseIcon /> : <ChatIcon />}
        {!open && label && <span>{label}</span>}
      </button>
      {open && host.Panel && <host.Panel conversation={conversation} host={host} close={close} />}
      {open && !host.Panel && (
        <p class="waiting" role="status">
          {words.connecting}
        </p>
      )}
    </>
  );
}
