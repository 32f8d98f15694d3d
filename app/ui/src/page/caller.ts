/** Whose conversations this browser shows: each user who signs in has their own. */

import { useEffect } from "preact/hooks";

import type { Configuration } from "../api/types";

const keyOf = (service: string): string => `groundwork:caller:${service}`;

/**
 * The id of the user or key that is signed in; "" where nobody signs in. Until the service has answered, that of the last
 * visit, so that the address of a conversation leads to it at once.
 */
export function useCaller(service: string, configuration: Configuration | null): string {
  const told = configuration && (configuration.access?.id ?? "");
  useEffect(() => {
    if (told !== null) remember(service, told);
  }, [service, told]);
  return told ?? remembered(service);
}

/** Lets the next visit begin without anybody's conversations. */
export function forgetCaller(service: string): void {
  remember(service, "");
}

function remembered(service: string): string {
  try {
    return localStorage.getItem(keyOf(service)) ?? "";
  } catch {
    return "";
  }
}

/** A browser that blocks storage keeps no conversations either. */
function remember(service: string, caller: string): void {
  try {
    if (caller) localStorage.setItem(keyOf(service), caller);
    else localStorage.removeItem(keyOf(service));
  } catch {
    return;
  }
}
