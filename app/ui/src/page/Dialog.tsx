/** Modal dialogs: the browser keeps the focus inside, closes them at Escape, and gives the focus back. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { useInterface } from "../view/context";

interface ModalProps {
  readonly class: string;
  readonly label: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** It is open as long as it is rendered. A press beside it closes it. */
export function Modal({ class: name, label, close, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly question: string;
  readonly hint: string;
  readonly action: string;
  readonly confirm: () => void;
  readonly cancel: () => void;
}

export function Confirm({ question, hint, action, confirm, cancel }: ConfirmProps) {
  const { words } = useInterface();
  return (
    <Modal class="confirm" label={question} close={cancel}>
      <div>
        <h2 class="title">{question}</h2>
        <p>{hint}</p>
        <div class="tools">
          <button type="button" class="button" onClick={cancel}>
            {words.cancel}
          </button>
          <button type="button" class="button danger" onClick={confirm}>
            {action}
          </button>
        </div>
      </div>
    </Modal>
  );
}
