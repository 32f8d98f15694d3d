/** Sizes of elements and windows, as state. */

import { useEffect, useState } from "preact/hooks";

/** Whether the element `ref` is narrower than `pixels`. */
export function useNarrow(ref: { current: HTMLElement | null }, pixels: number): boolean {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth < pixels));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, pixels]);
  return narrow;
}

/** Whether a media query matches. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const read = (): void => setMatches(list.matches);
    read();
    list.addEventListener("change", read);
    return () => list.removeEventListener("change", read);
  }, [query]);
  return matches;
}
