/** What the check of an answer means, why words are marked, and how the answer was made. */

import { useMemo, useState } from "preact/hooks";

import type { Exchange } from "../state/exchange";
import { placeFlags } from "../state/flags";
import { verdictOf } from "../state/verdict";
import type { Words } from "../words";
import { useInterface } from "./context";
import { FlagList, type OpenFlag, UncheckedList } from "./Flags";

export function Verdict({ exchange, openFlag }: { exchange: Exchange; openFlag: OpenFlag }) {
  const { words } = useInterface();
  const { line, outcome } = verdictOf(exchange, words);
  return (
    <div class="verdict" data-outcome={outcome}>
      {exchange.about.grounding ? (
        <Details exchange={exchange} line={line} openFlag={openFlag} />
      ) : (
        <p>{line}</p>
      )}
      <div class="made">
        <p title={stageTimes(exchange)}>{madeOf(exchange, words)}</p>
      </div>
    </div>
  );
}

function Details({ exchange, line, openFlag }: { exchange: Exchange; line: string; openFlag: OpenFlag }) {
  const { words } = useInterface();
  // A long answer can have hundreds of flags: they are listed when somebody wants to see them.
  const [listed, setListed] = useState(false);
  const flags = useMemo(() => (listed ? placeFlags(exchange) : []), [exchange, listed]);
  return (
    <details onToggle={(event) => setListed(event.currentTarget.open)}>
      <summary>{line}</summary>
      {listed && (
        <>
          <FlagList flags={flags} open={openFlag} />
          <UncheckedList exchange={exchange} />
          <p class="meaning">{words.meaning}</p>
        </>
      )}
    </details>
  );
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
