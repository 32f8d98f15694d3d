/** The addresses of a sign-in at the provider. */

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
