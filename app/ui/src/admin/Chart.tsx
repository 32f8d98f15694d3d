/** A chart over days, with its legend and, behind it, a table of the same figures. */

import { useEffect, useRef, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { useMedia } from "../view/measure";
import { useAdmin } from "./context";
import { date } from "./figures";
import { Table } from "./parts";
import type { Plot } from "./plot";

export interface ChartSeries {
  readonly name: string;
  /** A colour of the theme. */
  readonly tone: "accent-text" | "hard" | "soft" | "soft-ink" | "ok";
  /** Lengths of line and gap: lines differ by more than their colour. */
  readonly dash?: readonly number[];
  readonly kind?: "line" | "bars";
  /** Null where there is no value. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** The first column of the table. */
  readonly unit: string;
  readonly days: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
}

export function Chart({ title, unit, days, series, format }: ChartProps) {
  const { words } = useInterface();
  const { text } = useAdmin();
  const target = useRef<HTMLDivElement>(null);
  const [isBroken, setBroken] = useState(false);
  const isDark = useMedia("(prefers-color-scheme: dark)");

  useEffect(() => {
    const element = target.current;
    if (!element) return undefined;
    let plot: Plot | null = null;
    let isGone = false;
    const observer = new ResizeObserver(() => plot?.resize(element.clientWidth));
    const style = getComputedStyle(element);
    const palette = {
      colour: (name: string) => style.getPropertyValue(`--gw-${name}`).trim(),
      font: `12px ${style.fontFamily}`,
    };
    import("./plot").then(
      ({ draw }) => {
        if (isGone) return;
        plot = draw(element, days, series, { format, day: (day) => date(day, words.code, "short") }, palette);
        observer.observe(element);
      },
      () => setBroken(true),
    );
    return () => {
      isGone = true;
      observer.disconnect();
      plot?.destroy();
    };
  }, [days, series, words, isDark]);

  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        {series.length > 1 && (
          <ul class="legend-line">
            {series.map(({ name, tone, dash }) => (
              <li key={name} data-tone={tone}>
                <svg viewBox="0 0 28 8" aria-hidden="true" focusable="false">
                  <line x1="1" y1="4" x2="27" y2="4" stroke-width="2.5" stroke-dasharray={dash?.join(" ")} />
                </svg>
                {name}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
      {isBroken ? (
        <p class="hint">{text.noChart}</p>
      ) : (
        <div class="plot" role="img" aria-label={`${title}. ${series.map(({ name }) => name).join(", ")}`} ref={target} />
      )}
      <details open={isBroken}>
        <summary>{text.asTable}</summary>
        <Table label={title}>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, index) => (
              <tr key={day}>
                <th scope="row">{date(day, words.code)}</th>
                {series.map(({ name, values }) => {
                  const value = values[index];
                  return (
                    <td key={name} class="number">
                      {value === null || value === undefined ? "–" : format(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </Table>
      </details>
    </figure>
  );
}
