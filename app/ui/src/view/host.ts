/** What the element does for its views. */

import type { FunctionComponent } from "preact";

import type { Conversation } from "../state/conversation";

export type Mode = "launcher" | "inline" | "page";

/** The full page, a chunk of its own: the widget does not load it. */
export type FullPage = FunctionComponent<{ readonly conversation: Conversation; readonly host: Host }>;

export interface Host {
  readonly setOpen: (open: boolean) => void;
  /** Hands the conversation over to a person. */
  readonly handover: () => void;
  /** Asks the service again what it has and can do. */
  readonly refresh: () => void;
  /** Null until its code is here. */
  readonly Page: FullPage | null;
}
