/** What every view may need: the words, the service, and what the service can do. */

import { createContext, type FunctionComponent } from "preact";
import { useContext } from "preact/hooks";

import type { Client } from "../api/client";
import type { Failure } from "../api/failure";
import type { Configuration, DocumentText } from "../api/types";
import type { Exchange } from "../state/exchange";
import type { Words } from "../words";
import type { Mark } from "./Prose";

/** What the full page adds to the views that it shares with the widget. */
export interface Extras {
  /** Buttons among those below an answer. */
  readonly Tools: FunctionComponent<{ readonly exchange: Exchange }>;
  /** The document of a passage, in place of what is around the passage. */
  readonly WholeDocument: FunctionComponent<WholeDocumentProps>;
  /** The labels of the button that shows the whole document, and of the one that shows the passage again. */
  readonly showWhole: string;
  readonly showPassage: string;
}

export interface WholeDocumentProps {
  readonly document: DocumentText;
  readonly marks: readonly Mark[];
  /** Of the highest heading in the document; 3 if it is not set. */
  readonly firstHeadingLevel?: number;
}

export interface Interface {
  readonly words: Words;
  readonly client: Client;
  /** Null until the service has answered. */
  readonly configuration: Configuration | null;
  /** Why the service has not answered; null while it may, and when it has. */
  readonly unavailable: Failure | null;
  /** The language of the documents as HTML names it; "" if unknown. */
  readonly language: string;
  readonly extras?: Extras;
}

export const InterfaceContext = createContext<Interface | null>(null);

/** @throws Error outside of the component's tree */
export function useInterface(): Interface {
  const value = useContext(InterfaceContext);
  if (!value) throw new Error("This view is outside of InterfaceContext.Provider.");
  return value;
}
