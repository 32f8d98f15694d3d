/** The address of the page as state: the browser's back and forward buttons work. */

import { useCallback, useEffect, useState } from "preact/hooks";

import { addressOf, type Route, routeOf } from "./routes";

/** Shows a route: as a further one, or in place of the present one. A `?…` before the `#` is dropped. */
export type Go = (route: Route, how?: "push" | "replace") => void;

export function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(() => routeOf(window.location));
  useEffect(() => {
    const read = (): void => setRoute(routeOf(window.location));
    window.addEventListener("popstate", read);
    return () => window.removeEventListener("popstate", read);
  }, []);
  const go = useCallback<Go>((next, how = "push") => {
    const address = window.location.pathname + addressOf(next);
    if (how === "replace") window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
    setRoute(next);
  }, []);
  return [route, go];
}

/** The address of a route for other people and other tabs. */
export function linkTo(route: Route): string {
  return window.location.origin + window.location.pathname + addressOf(route);
}
