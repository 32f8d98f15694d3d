/** The experiments, and the report of one. */

import { useCallback } from "preact/hooks";

import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { BackIcon } from "../page/icons";
import { useAdmin } from "./context";
import { date, duration, integer, percent } from "./figures";
import { Chip, Empty, Loaded, Table } from "./parts";
import { addressOf } from "./routes";
import type { ArmStop, ExperimentFound, ExperimentRow, Metric, MetricOfArm } from "./types";

const CONTROL = "control";
const TONES = { planned: undefined, running: "ok", ended: undefined } as const;
const METRICS: readonly Metric[] = ["thumbs_up", "flagged", "refused", "failed", "cited", "p50_ms", "p95_ms"];
/** Metrics of which less is better. */
const LESS_IS_BETTER: ReadonlySet<Metric> = new Set<Metric>(["flagged", "refused", "failed", "p50_ms", "p95_ms"]);

export function Experiments({ item }: { item: string }) {
  return item ? <Report key={item} name={item} /> : <List />;
}

function List() {
  const { words } = useInterface();
  const { client, text } = useAdmin();
  const fetched = useFetched(useCallback((signal: AbortSignal) => client.experiments(signal), [client]));
  return (
    <>
      <p class="intro">{text.experimentsIntro}</p>
      <Loaded fetched={fetched}>
        {({ experiments }) =>
          experiments.length ? (
            <Table label={text.panels.experiments}>
              <thead>
                <tr>
                  <th scope="col">{text.experiment}</th>
                  <th scope="col">{text.state}</th>
                  <th scope="col">{text.dates}</th>
                  <th scope="col">{text.arms}</th>
                  <th scope="col">{text.decides}</th>
                </tr>
              </thead>
              <tbody>
                {experiments.map((row) => (
                  <tr key={row.name}>
                    <th scope="row">
                      <a href={addressOf("experiments", row.name)}>{row.name}</a>
                    </th>
                    <td>
                      <State row={row} />
                    </td>
                    <td>{text.between(date(row.start, words.code), date(row.end, words.code))}</td>
                    <td>
                      {row.arms.map(({ name, share, stop }) => (
                        <span key={name} class="arm">
                          {name === CONTROL ? text.control : name} {percent(share, words.code)}{" "}
                          {stop && <Chip tone="hard">{text.armStopped}</Chip>}
                        </span>
                      ))}
                    </td>
                    <td>{text.metrics[row.metric]}</td>
                  </tr>
                ))}
              </tbody>
            </Table>
          ) : (
            <Empty>
              <p>{text.noExperiments}</p>
            </Empty>
          )
        }
      </Loaded>
    </>
  );
}

function State({ row: { status, shadow } }: { row: Pick<ExperimentRow, "status" | "shadow"> }) {
  const { text } = useAdmin();
  return (
    <>
      <Chip tone={TONES[status]}>{text.experimentStatus[status]}</Chip> {shadow && <Chip>{text.shadow}</Chip>}
    </>
  );
}

function Report({ name }: { name: string }) {
  const { client, text } = useAdmin();
  const fetched = useFetched(useCallback((signal: AbortSignal) => client.experiment(name, signal), [client, name]));
  return (
    <>
      <p>
        <a class="up" href={addressOf("experiments")}>
          <BackIcon />
          {text.back}
        </a>
      </p>
      <h2 class="item-title">{name}</h2>
      <Loaded fetched={fetched} isItem>
        {(found) => <Found found={found} />}
      </Loaded>
    </>
  );
}

function Found({ found }: { found: ExperimentFound }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const { arms, level, metric, moved_units } = found;
  const code = words.code;
  const isCounted = arms.some(({ units }) => units > 0);
  const metrics = [metric, ...METRICS.filter((other) => other !== metric)];
  return (
    <>
      <p class="tools">
        <State row={found} />
        <span class="place">{text.between(date(found.start, code), date(found.end, code))}</span>
      </p>
      {arms.map(({ name, stop }) => stop && <StopNotice key={name} arm={name} stop={stop} />)}
      {!isCounted && (
        <Empty>
          <p>{text.notYet}</p>
        </Empty>
      )}
      <Table label={text.arms}>
        <thead>
          <tr>
            <th scope="col">{text.arm}</th>
            <th scope="col" class="number">
              %
            </th>
            <th scope="col" class="number">
              {text.units}
            </th>
            <th scope="col" class="number">
              {text.openUnits}
            </th>
            <th scope="col" class="number">
              {text.answers}
            </th>
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.name}>
              <th scope="row">
                {arm.name === CONTROL ? text.control : arm.name} {arm.stop && <Chip tone="hard">{text.armStopped}</Chip>}
              </th>
              <td class="number">{percent(arm.share, code)}</td>
              <td class="number">{integer(arm.units, code)}</td>
              <td class="number">{integer(arm.open_units, code)}</td>
              <td class="number">{integer(arm.answers, code)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {moved_units > 0 && <p class="hint">{text.moved(moved_units)}</p>}
      {isCounted && arms.length > 2 && <p class="hint">{text.jointly(confidence(level, code))}</p>}
      {isCounted && metrics.map((one) => <MetricTable key={one} metric={one} isDeciding={one === metric} found={found} />)}
    </>
  );
}

function StopNotice({ arm, stop }: { arm: string; stop: ArmStop }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const rail = stop.guard_rail;
  const said = (value: number): string => valueOf(rail, value, words.code);
  return (
    <div class="notice" data-kind="error">
      <p>
        {text.stoppedBecause(
          arm,
          date(stop.stopped_at, words.code),
          text.rails[rail],
          said(stop.value),
          said(stop.limit),
          integer(stop.answers, words.code),
        )}
      </p>
    </div>
  );
}

function MetricTable({ metric, isDeciding, found }: { metric: Metric; isDeciding: boolean; found: ExperimentFound }) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const code = words.code;
  const said = (value: number | null): string => (value === null ? "?" : signed(metric, value, code));
  if (!found.arms.some(({ metrics }) => metrics[metric])) return null;
  return (
    <div class="metric">
      <h3>
        {text.metrics[metric]} {isDeciding && <Chip tone="ok">{text.decides}</Chip>}
      </h3>
      <Table label={text.metrics[metric]}>
        <thead>
          <tr>
            <th scope="col">{text.arm}</th>
            <th scope="col" class="number">
              {text.value}
            </th>
            <th scope="col" class="number">
              {text.answers}
            </th>
            <th scope="col" class="number">
              {text.difference}
            </th>
            <th scope="col" class="number">
              {text.intervalOf(confidence(found.level, code))}
            </th>
            <th scope="col">{text.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {found.arms.map(({ name, metrics }) => {
            const one = metrics[metric];
            if (!one) return null;
            const isControl = name === CONTROL;
            return (
              <tr key={name}>
                <th scope="row">{isControl ? text.control : name}</th>
                <td class="number">{one.value === null ? "–" : valueOf(metric, one.value, code)}</td>
                <td class="number">{integer(one.answers, code)}</td>
                <td class="number">{one.difference === null ? "–" : said(one.difference)}</td>
                <td class="number">
                  {isControl || one.difference === null ? "–" : text.between(said(one.low), said(one.high))}
                </td>
                <td>{isControl ? "–" : <Verdict metric={metric} one={one} />}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}

function Verdict({ metric, one: { verdict } }: { metric: Metric; one: MetricOfArm }) {
  const { text } = useAdmin();
  const isBetter = (verdict === "lower") === LESS_IS_BETTER.has(metric);
  return <Chip tone={verdict === "undecided" ? undefined : isBetter ? "ok" : "hard"}>{text.verdicts[verdict]}</Chip>;
}

/** The probability with which each interval holds. @param level its error rate */
function confidence(level: number, language: string): string {
  return (1 - level).toLocaleString(language, { style: "percent", maximumFractionDigits: 1 });
}

/** A share as a percentage, a latency in milliseconds. */
function valueOf(metric: Metric | ArmStop["guard_rail"], value: number, language: string): string {
  return metric.endsWith("_ms") ? duration(value, language) : percent(value, language);
}

function signed(metric: Metric, value: number, language: string): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${valueOf(metric, Math.abs(value), language)}`;
}
