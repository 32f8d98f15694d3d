/** Answers over time: how many, how many with a doubt, how fast, and what spot checks say of the rest. */

import { useCallback, useMemo, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { Chart, type ChartSeries } from "./Chart";
import { useAdmin } from "./context";
import { duration, integer, percent, share, totalsOf } from "./figures";
import { Empty, Figures, Loaded, Period } from "./parts";
import { addressOf } from "./routes";
import type { Quality } from "./types";

export function Answers() {
  const { client, text } = useAdmin();
  const [days, setDays] = useState(30);
  const fetched = useFetched(useCallback((signal: AbortSignal) => client.quality(days, signal), [client, days]));
  return (
    <>
      <p class="intro">{text.answersIntro}</p>
      <Period days={days} choose={setDays} />
      <Loaded fetched={fetched}>{(quality) => <Shown quality={quality} />}</Loaded>
    </>
  );
}

function Shown({ quality }: { quality: Quality }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const code = words.code;
  const { days } = quality;
  const labels = useMemo(() => days.map(({ day }) => day), [days]);
  const totals = totalsOf(days);
  const { spot_checks: checks, review_share } = quality;
  const asPercent = (value: number): string => percent(value, code);

  const perDay = useMemo((): ChartSeries[] => {
    return [{ name: text.answers, tone: "accent-text", kind: "bars", values: days.map(({ answers }) => answers) }];
  }, [days, text]);
  const rates = useMemo((): ChartSeries[] => {
    return [
      { name: text.flaggedHard, tone: "hard", values: days.map((day) => share(day.flagged_hard, day.answers)) },
      { name: text.flaggedSoft, tone: "soft", dash: [8, 4], values: days.map((day) => share(day.flagged_soft, day.answers)) },
      { name: text.refused, tone: "soft-ink", dash: [2, 4], values: days.map((day) => share(day.refused, day.answers)) },
    ];
  }, [days, text]);
  const firstWord = useMemo((): ChartSeries[] => {
    return [
      { name: text.median, tone: "accent-text", values: days.map((day) => day.p50_first_word_ms) },
      { name: text.p95, tone: "soft-ink", dash: [8, 4], values: days.map((day) => day.p95_first_word_ms) },
    ];
  }, [days, text]);

  return (
    <>
      {totals.answers === 0 ? (
        <Empty>
          <p>{text.noAnswers}</p>
        </Empty>
      ) : (
        <>
          <Figures
            figures={[
              { label: text.answers, value: integer(totals.answers, code) },
              { label: text.flaggedHard, value: percent(share(totals.flaggedHard, totals.answers), code), tone: "hard" },
              { label: text.flaggedSoft, value: percent(share(totals.flaggedSoft, totals.answers), code), tone: "soft" },
              { label: text.refused, value: percent(share(totals.refused, totals.answers), code) },
              { label: text.degraded, value: percent(share(totals.degraded, totals.answers), code) },
              { label: text.thumbsDownOfRated, value: percent(share(totals.down, totals.up + totals.down), code) },
            ]}
          />
          <Chart
            title={text.answersPerDay}
            unit={text.day}
            days={labels}
            series={perDay}
            format={(value) => (Number.isInteger(value) ? integer(value, code) : "")}
          />
          <Chart title={text.rates} unit={text.day} days={labels} series={rates} format={asPercent} />
          <Chart
            title={text.firstWord}
            unit={text.day}
            days={labels}
            series={firstWord}
            format={(value) => duration(value, code)}
          />
        </>
      )}
      <section class="card" aria-labelledby="spot-checks">
        <h2 id="spot-checks">{text.spotChecks}</h2>
        <p class="hint">{text.spotChecksHint(percent(review_share, code))}</p>
        {checks.reviewed === 0 ? (
          <p>
            {text.spotChecksNone} <a href={addressOf("reviews")}>{text.toReviews}</a>
          </p>
        ) : (
          <SpotChecks checks={checks} />
        )}
      </section>
    </>
  );
}

function SpotChecks({ checks }: { checks: Quality["spot_checks"] }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const code = words.code;
  const weeks = checks.by_week;
  const labels = useMemo(() => weeks.map(({ week }) => week), [weeks]);
  const series = useMemo((): ChartSeries[] => {
    return [
      { name: text.errorRate, tone: "accent-text", values: weeks.map(({ rate }) => rate) },
      { name: text.lowerEnd, tone: "soft-ink", dash: [2, 4], values: weeks.map(({ low }) => low) },
      { name: text.upperEnd, tone: "soft-ink", dash: [8, 4], values: weeks.map(({ high }) => high) },
    ];
  }, [weeks, text]);
  return (
    <>
      <Figures
        figures={[
          { label: text.reviewed, value: integer(checks.reviewed, code) },
          { label: text.wrongAnswers, value: integer(checks.wrong, code) },
          {
            label: text.errorRate,
            value: percent(checks.rate, code),
            more: `${text.interval}: ${text.between(percent(checks.low, code), percent(checks.high, code))}`,
          },
        ]}
      />
      {weeks.length > 1 && (
        <Chart title={text.spotCheckRate} unit={text.week} days={labels} series={series} format={(value) => percent(value, code)} />
      )}
    </>
  );
}
