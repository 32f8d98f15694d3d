/** What the element does for its views. */

import type { FunctionComponent } from "preact";

import type { Conversation } from "../state/conversation";

export type Mode = "launcher" | "inline" | "page";

interface ViewProps {
  readonly conversation: Conversation;
  readonly host: Host;
}

export interface Host {
  readonly setOpen: (open: boolean) => void;
  /** Loads what an open panel needs. */
  readonly prepare: () => void;
  /** Hands the conversation over to a person. */
  readonly handover: () => void;
  /** Asks the service again what it has and can do. */
  readonly refresh: () => void;
  /** Each of these is in a chunk of its own, and null until that is here. */
  readonly Panel: FunctionComponent<ViewProps & { readonly close: () => void }> | null;
  readonly Inline: FunctionComponent<ViewProps> | null;
  readonly Page: FunctionComponent<ViewProps> | null;
}
