/** The charts, drawn by uPlot; a chunk of its own, loaded when the first chart is shown. */

import UPlot from "uplot";

import type { ChartSeries } from "./Chart";

/** The colours of the theme, as canvas takes them. */
export interface Palette {
  readonly colour: (name: string) => string;
  readonly font: string;
}

export interface Plot {
  readonly resize: (width: number) => void;
  readonly destroy: () => void;
}

const HEIGHT = 220;

/**
 * Draws series over days.
 *
 * @param days as `2026-11-29`, ascending
 * @param format a value for the axis
 */
export function draw(
  target: HTMLElement,
  days: readonly string[],
  series: readonly ChartSeries[],
  labels: { readonly format: (value: number) => string; readonly day: (day: string) => string },
  { colour, font }: Palette,
): Plot {
  const positions = days.map((_, index) => index);
  const axis = { stroke: colour("soft-ink"), font, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const plot = new UPlot(
    {
      width: Math.max(target.clientWidth, 120),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] },
        y: { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          incrs: [1, 2, 5, 7, 14, 30, 60, 90],
          space: 64,
          values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? labels.day(days[at] ?? "") : "")),
        },
        { ...axis, size: 64, space: 36, values: (_, splits) => splits.map(labels.format) },
      ],
      series: [
        {},
        ...series.map(({ name, tone, dash, kind }): UPlot.Series => {
          const bars = UPlot.paths.bars?.({ size: [0.7, 28] });
          return {
            label: name,
            stroke: colour(tone),
            width: kind === "bars" ? 0 : 2,
            ...(kind === "bars" ? { fill: colour(tone), ...(bars ? { paths: bars } : {}) } : {}),
            ...(dash ? { dash: [...dash] } : {}),
            points: { show: kind !== "bars" && target.clientWidth > days.length * 16, size: 5, fill: colour(tone) },
          };
        }),
      ],
    },
    [positions, ...series.map(({ values }) => [...values])],
    target,
  );
  return {
    resize: (width) => plot.setSize({ width, height: HEIGHT }),
    destroy: () => plot.destroy(),
  };
}
