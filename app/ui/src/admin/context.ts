/** What every panel needs beside `InterfaceContext`: the requests and the texts of the administration. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { AdminClient } from "./client";
import type { AdminWords } from "./words";

export interface Admin {
  readonly client: AdminClient;
  readonly text: AdminWords;
}

export const AdminContext = createContext<Admin | null>(null);

/** @throws Error outside of the component's tree */
export function useAdmin(): Admin {
  const value = useContext(AdminContext);
  if (!value) throw new Error("This view is outside of AdminContext.Provider.");
  return value;
}
