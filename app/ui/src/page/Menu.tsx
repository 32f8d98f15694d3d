/** A button that opens a short list of actions. */

import { useRef, useState } from "preact/hooks";

import { MoreIcon } from "./icons";

export interface Action {
  readonly label: string;
  readonly run: () => void;
}

export function Menu({ label, actions }: { label: string; actions: readonly Action[] }) {
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [isOpen, setOpen] = useState(false);

  // A popover is above everything: a list that scrolls does not cut it off. Its place is that of the button.
  const place = (): void => {
    const from = button.current?.getBoundingClientRect();
    const menu = list.current;
    if (!from || !menu) return;
    const isRightToLeft = getComputedStyle(menu).direction === "rtl";
    const side = isRightToLeft ? from.left : from.right - menu.offsetWidth;
    const below = from.bottom + menu.offsetHeight < window.innerHeight;
    menu.style.setProperty("--menu-left", `${Math.max(8, Math.min(side, window.innerWidth - menu.offsetWidth - 8))}px`);
    menu.style.setProperty("--menu-top", `${below ? from.bottom : from.top - menu.offsetHeight}px`);
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        class="button icon more"
        aria-label={label}
        title={label}
        aria-expanded={isOpen}
        onClick={() => list.current?.togglePopover()}
      >
        <MoreIcon />
      </button>
      <ul
        ref={list}
        class="menu"
        popover="auto"
        aria-label={label}
        onToggle={(event) => {
          const opens = event.newState === "open";
          setOpen(opens);
          if (!opens) return;
          place();
          list.current?.querySelector("button")?.focus();
        }}
      >
        {actions.map((action) => (
          <li key={action.label}>
            <button
              type="button"
              onClick={() => {
                list.current?.hidePopover();
                action.run();
              }}
            >
              {action.label}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
