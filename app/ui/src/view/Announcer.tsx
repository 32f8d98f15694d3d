/** Speaks to a screen reader: once for each answer, when it has ended. The answer itself is no live region. */

import { useEffect, useRef, useState } from "preact/hooks";

import { type Exchange, isRunning, outcomeOf } from "../state/exchange";
import { verdictOf } from "../state/verdict";
import type { Words } from "../words";
import { degradedSentence } from "./Answer";
import { useInterface } from "./context";

export function Announcer({ exchanges }: { exchanges: readonly Exchange[] }) {
  const { words } = useInterface();
  const last = exchanges.at(-1);
  const [said, setSaid] = useState("");
  const running = useRef<string | null>(null);
  useEffect(() => {
    if (!last) return;
    if (isRunning(last)) {
      running.current = last.id;
      setSaid("");
    } else if (running.current === last.id) {
      running.current = null;
      setSaid(announcementOf(last, words));
    }
  }, [last, words]);
  return (
    <div class="unseen" aria-live="polite" aria-atomic="true">
      {said}
    </div>
  );
}

/** An answer that has ended, as one would read it aloud, and what has to be known of it: the same as is seen. */
export function announcementOf(exchange: Exchange, words: Words): string {
  const { phase, content, about, failure } = exchange;
  const text = plainWords(content);
  const withheld = about.withheld?.length ?? 0;
  // The notice of a failure is an alert, which speaks for itself; what came of the answer is not lost.
  if (failure) return text;
  if (phase === "stopped") return `${text} ${content ? words.stopped : words.stoppedEarly}`.trim();
  switch (outcomeOf(exchange)) {
    case "refused":
      return [`${words.refused}.`, text, withheld ? words.withheldAnswer : ""].filter(Boolean).join(" ");
    case "empty_index":
      return words.emptyIndex;
    case "small_talk":
    case "clarification":
      return text;
    case "answer": {
      return [
        about.degraded ? degradedSentence(exchange, words) : "",
        text,
        verdictOf(exchange, words).line.replace(/\.?$/, "."),
        withheld ? words.withheld(withheld) : "",
        about.conflicts?.length ? `${words.conflict}.` : "",
      ]
        .filter(Boolean)
        .join(" ");
    }
  }
}

/** Markdown without its signs and markers. */
function plainWords(markdown: string): string {
  return markdown
    .replace(/\s*\[[\d\s,]+\]/g, "")
    .replace(/[*_`#|>]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
