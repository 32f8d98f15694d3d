/** What every view may need: the words, the service, and what the service can do. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Client } from "../api/client";
import type { Failure } from "../api/failure";
import type { Configuration } from "../api/types";
import type { Words } from "../words";

export interface Interface {
  readonly words: Words;
  readonly client: Client;
  /** Null until the service has answered. */
  readonly configuration: Configuration | null;
  /** Why the service has not answered; null while it may, and when it has. */
  readonly unavailable: Failure | null;
  /** The language of the documents as HTML names it; "" if unknown. */
  readonly language: string;
}

export const InterfaceContext = createContext<Interface | null>(null);

/** @throws Error outside of the component's tree */
export function useInterface(): Interface {
  const value = useContext(InterfaceContext);
  if (!value) throw new Error("This view is outside of InterfaceContext.Provider.");
  return value;
}
