/** The box in which a question is written. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { useInterface } from "./context";
import { SendIcon, StopIcon } from "./icons";
import { Status } from "./Status";

/** What the service accepts; a longer question is refused before it is sent. */
const MOST_CHARACTERS = 16_000;
const MOST_ROWS = 8;

interface ComposerProps {
  readonly value: string;
  readonly change: (value: string) => void;
  readonly answering: boolean;
  readonly submit: () => void;
  readonly stop: () => void;
  readonly focusRef: { current: HTMLTextAreaElement | null };
}

export function Composer({ value, change, answering, submit, stop, focusRef }: ComposerProps) {
  const { words } = useInterface();
  const form = useRef<HTMLFormElement>(null);
  const tooLong = value.length > MOST_CHARACTERS;
  // The suggestion that had the focus is gone when its answer begins. A page that is the chat alone begins here, too; any
  // other page keeps its focus. A phone would show its keyboard over the answer: there the form gets the focus.
  useLayoutEffect(() => {
    const box = form.current;
    if (!answering && !box?.closest('[data-mode="page"]')) return;
    if (document.activeElement !== document.body) return;
    const target = window.matchMedia("(hover: hover)").matches ? focusRef.current : box;
    target?.focus({ preventScroll: true });
  }, [answering]);

  const keyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter ends the composition.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!answering && !tooLong) submit();
  };

  return (
    <form
      ref={form}
      class="composer"
      tabIndex={-1}
      aria-label={words.ask}
      onSubmit={(event) => {
        event.preventDefault();
        if (!tooLong) submit();
      }}
    >
      <div class="field">
        <textarea
          ref={focusRef}
          rows={Math.min(MOST_ROWS, value.split("\n").length)}
          value={value}
          dir="auto"
          placeholder={words.placeholder}
          aria-label={words.question}
          aria-invalid={tooLong}
          aria-describedby="keys"
          autocomplete="off"
          enterkeyhint="send"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={keyDown}
        />
        {answering ? (
          <button
            type="button"
            class="button primary icon"
            aria-label={words.stop}
            title={words.stop}
            onClick={() => {
              stop();
              focusRef.current?.focus();
            }}
          >
            <StopIcon />
          </button>
        ) : (
          <button type="submit" class="button primary icon" aria-label={words.ask} title={words.ask}>
            <SendIcon />
          </button>
        )}
      </div>
      <div class="below">
        <Status />
        <p id="keys" class="keys">
          {words.keys}
        </p>
      </div>
      {tooLong && (
        <p class="notice" data-kind="error" role="alert">
          {words.tooLong(MOST_CHARACTERS)}
        </p>
      )}
    </form>
  );
}
