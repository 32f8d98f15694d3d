/** Signing in and out: the requests, which the widget has no use for, and the addresses of a sign-in at the provider. */

import type { Client } from "../api/client";
import { bodyOf } from "../api/failure";
import type { AccessState } from "../api/types";

type Place = Pick<Location, "pathname" | "search" | "hash">;

/** Where the provider is asked to sign a user in, who comes back to the place where the page is now. */
export function signInAddress(service: string, place: Place): string {
  return `${service}v1/sign-in?back=${encodeURIComponent(withoutResult(place))}`;
}

/** The address of the page without the result of an earlier sign-in. */
export function withoutResult({ pathname, search, hash }: Place): string {
  const query = new URLSearchParams(search);
  query.delete("sign-in");
  const kept = query.toString();
  return `${pathname}${kept && `?${kept}`}${hash}`;
}

/** Who the caller is, and how to sign in. @throws RequestFailed */
export async function readAccess(client: Client, signal: AbortSignal): Promise<AccessState> {
  return (await client.json("v1/access", signal)) as AccessState;
}

/** Begins a session of the page with an API key. @throws RequestFailed */
export async function signIn(client: Client, key: string): Promise<void> {
  await client.send("v1/sign-in", { api_key: key });
}

/** Ends the session of the page; returns where to sign out at the provider, or null. @throws RequestFailed */
export async function signOut(client: Client): Promise<string | null> {
  return ((await bodyOf(await client.send("v1/sign-out", {}))) as { next_url: string | null }).next_url;
}
