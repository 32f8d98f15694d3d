/** The texts of the full page, by language. English is built in; the others are loaded when they are needed. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import { en, type PageWords } from "./en";

export { en, type PageWords } from "./en";

const OTHERS: Readonly<Record<string, () => Promise<PageWords>>> = {
  de: async () => (await import("./de")).de,
  fr: async () => (await import("./fr")).fr,
  es: async () => (await import("./es")).es,
};

const PageWordsContext = createContext<PageWords>(en);
export const PageWordsProvider = PageWordsContext.Provider;

export function usePageWords(): PageWords {
  return useContext(PageWordsContext);
}

/** The texts of a language, by its code; null until they are here. Where they cannot be loaded, the English ones. */
export function useLoadedWords(code: string): PageWords | null {
  const [loaded, setLoaded] = useState<{ code: string; words: PageWords } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const set = (words: PageWords): void => {
      if (isCurrent) setLoaded({ code, words });
    };
    const load = Object.hasOwn(OTHERS, code) ? OTHERS[code] : undefined;
    if (load) load().then(set, () => set(en));
    else set(en);
    return () => {
      isCurrent = false;
    };
  }, [code]);
  if (code === "en") return en;
  return loaded?.words ?? null;
}
