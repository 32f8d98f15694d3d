/** State that is outside of the components, as state of a component. */

import { useEffect, useState } from "preact/hooks";

interface Store {
  subscribe(listener: () => void): () => void;
}

/** Renders again after every change of the store. */
export function useStore<Of extends Store>(store: Of): Of {
  const [, setCount] = useState(0);
  useEffect(() => store.subscribe(() => setCount((count) => count + 1)), [store]);
  return store;
}
