/** What the checker says of an answer, and how the answer was made. */

import { useMemo, useState } from "preact/hooks";

import type { Exchange } from "../state/exchange";
import { placeFlags } from "../state/flags";
import type { Words } from "../words";
import { useInterface } from "./context";
import { FlagList, type OpenFlag } from "./Flags";

export function Verdict({ exchange, openFlag }: { exchange: Exchange; openFlag: OpenFlag }) {
  const { words } = useInterface();
  const { sentence, outcome } = verdictOf(exchange, words);
  // A long answer can have hundreds of flags: they are listed when somebody wants to see them.
  const [listed, setListed] = useState(false);
  const flags = useMemo(() => (listed ? placeFlags(exchange) : []), [exchange, listed]);
  return (
    <div class="verdict" data-outcome={outcome}>
      {exchange.about.grounding?.flags.length ? (
        <details onToggle={(event) => setListed(event.currentTarget.open)}>
          <summary>{sentence}</summary>
          {listed && <FlagList flags={flags} open={openFlag} />}
        </details>
      ) : (
        <p>{sentence}</p>
      )}
      <div class="made">
        <p title={stageTimes(exchange)}>{madeOf(exchange, words)}</p>
      </div>
    </div>
  );
}

type VerdictOutcome = "supported" | "check" | "quoted" | "unchecked";

/** What the checker says. A quotation was not checked, and nothing more is claimed than that it is one. */
export function verdictOf({ about }: Exchange, words: Words): { sentence: string; outcome: VerdictOutcome } {
  const { grounding, mode } = about;
  if (!grounding) {
    return mode === "extractive"
      ? { sentence: words.quoted, outcome: "quoted" }
      : { sentence: words.unchecked, outcome: "unchecked" };
  }
  if (grounding.flags.length) {
    const sentences = grounding.flags.filter((flag) => flag.reason === "sentence_unsupported").length;
    return { sentence: words.toCheck(sentences, grounding.flags.length - sentences), outcome: "check" };
  }
  if (!grounding.supported) return { sentence: words.partlySupported, outcome: "check" };
  const sentence = grounding.unjudged.length ? words.supportedPartlyJudged : words.supported;
  return { sentence, outcome: "supported" };
}

function madeOf({ about }: Exchange, words: Words): string {
  const by = about.mode === "generated" ? words.writtenByModel : words.writtenWithoutModel;
  const again = { first: words.retriedFirst, second: words.retriedSecond, failed: words.retriedFailed };
  const total = about.timings_ms?.["total"];
  return [by, about.retried ? again[about.retried] : "", total === undefined ? "" : duration(total)]
    .filter(Boolean)
    .join(" · ");
}

/** "retrieve 12 ms · generate 1.2 s", in the order that the service gave. */
function stageTimes({ about }: Exchange): string {
  return Object.entries(about.timings_ms ?? {})
    .filter(([stage]) => stage !== "total")
    .map(([stage, milliseconds]) => `${stage.replaceAll("_", " ")} ${duration(milliseconds)}`)
    .join(" · ");
}

function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 1 ? "<1 ms" : `${Math.round(milliseconds)} ms`;
}
