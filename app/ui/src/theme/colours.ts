/**
 * The colours of the interface, derived from one accent colour.
 *
 * Paper, ink, the severities of flags and the highlight are the same for every site; they do not depend on the accent.
 * What follows the accent is moved in lightness, in OKLCH, until it can be read where the style sheets use it: text at
 * 4.5:1, borders, icons and the focus ring at 3:1 (WCAG 2.2, 1.4.3 and 1.4.11, level AA). `tests/theme/pairs.ts` lists
 * the pairs. Not covered: a colour that a site overrides with a CSS variable; its contrast is the site's to check.
 */

export type Scheme = "light" | "dark";

export const DEFAULT_ACCENT = "#2a5f4f";

/** Lightness (0 to 1), chroma (0 to about 0.4) and hue (radians). */
type Lch = readonly [number, number, number];

/** The least contrast of text (WCAG 2.2, 1.4.3). */
const TEXT = 4.5;
/** The least contrast of what is not text (WCAG 2.2, 1.4.11). */
const SHAPE = 3;
/** By how much the lightness changes at each attempt to reach a contrast. */
const STEP = 0.01;

const LIGHT = {
  paper: "#fbfaf7",
  raised: "#ffffff",
  sunken: "#f2f0ea",
  ink: "#20242a",
  "soft-ink": "#5b616b",
  line: "#dedad0",
  "field-line": "#8b8678",
  hard: "#b3261e",
  "hard-tint": "#fbe9e7",
  soft: "#8a5a00",
  "soft-tint": "#fdf2dc",
  ok: "#2a5f4f",
  cited: "#fdf0c4",
  pointed: "#f6cf6b",
  shadow: "0 1px 2px #20242a0f, 0 8px 24px #20242a14",
};

const DARK: typeof LIGHT = {
  paper: "#15181b",
  raised: "#1d2125",
  sunken: "#22272b",
  ink: "#e7e5df",
  "soft-ink": "#a3a8ae",
  line: "#33393e",
  "field-line": "#7b8288",
  hard: "#ff9a8f",
  "hard-tint": "#40211f",
  soft: "#eab54e",
  "soft-tint": "#38301c",
  ok: "#8fcbb3",
  cited: "#453b18",
  pointed: "#7d6314",
  shadow: "0 1px 2px #0006, 0 8px 24px #0006",
};

/** The lightness of the accent on dark paper where the accent itself is too dark, and the least of its text. */
const BRIGHT = 0.794;

// The other lightnesses and the factors of chroma below are those of the default theme, drawn by hand: its tints have
// about a quarter of the accent's chroma on light paper and half on dark, and its bright accent an eighth more.

/**
 * Return the colours of one scheme as CSS custom properties, `--gw-paper` and so on.
 *
 * The accent fills buttons. It is kept as it is, except on dark paper from which it would hardly differ.
 *
 * @param accent `#rgb` or `#rrggbb`; any other text means the default accent
 */
export function themeOf(accent: string, scheme: Scheme): Record<string, string> {
  const dark = scheme === "dark";
  const fixed = dark ? DARK : LIGHT;
  const brand = sixDigits(accent) ?? DEFAULT_ACCENT;
  const [lightness, chroma, hue] = toLch(brand);
  const bright: Lch = [Math.max(lightness, BRIGHT), chroma * 1.12, hue];
  const fill = dark && contrast(brand, fixed.raised) < SHAPE ? toHex(bright) : brand;
  const tint = toHex(dark ? [0.309, Math.min(chroma * 0.46, 0.06), hue] : [0.942, Math.min(chroma * 0.25, 0.03), hue]);
  const black = toHex([0.227, Math.min(chroma, 0.025), hue]);
  const onFill = contrast("#ffffff", fill) < TEXT ? reach(black, [fill], TEXT, -STEP) : "#ffffff";
  const hovered = toLch(fill);
  const surfaces = [fixed.paper, fixed.raised, fixed.sunken, tint, fixed["hard-tint"], fixed["soft-tint"]];
  const colours: Record<string, string> = {
    ...fixed,
    accent: fill,
    "accent-ink": onFill,
    // Away from the colour of its text, which can only gain contrast.
    "accent-hover": toHex([hovered[0] + (onFill === "#ffffff" ? -0.04 : 0.04), hovered[1], hovered[2]]),
    "accent-text": reach(dark ? toHex(bright) : brand, surfaces, TEXT, dark ? STEP : -STEP),
    "accent-tint": tint,
  };
  return Object.fromEntries(Object.entries(colours).map(([name, value]) => [`--gw-${name}`, value]));
}

/**
 * Return the style sheet that gives the colours to the host element. Paper is always light in print.
 *
 * @param scheme `auto` follows the reader's system
 */
export function themeCss(accent: string, scheme: Scheme | "auto"): string {
  const rule = (of: Scheme): string =>
    `:host{--gw-scheme:${of};${Object.entries(themeOf(accent, of))
      .map(([name, value]) => `${name}:${value}`)
      .join(";")}}`;
  const dark = `@media screen${scheme === "auto" ? " and (prefers-color-scheme:dark)" : ""}{${rule("dark")}}`;
  return scheme === "light" ? rule("light") : rule("light") + dark;
}

/** Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return x > y ? x / y : y / x;
}

/** Return the colour moved in lightness by steps until it has the contrast to every surface, or is black or white. */
function reach(colour: string, surfaces: readonly string[], ratio: number, step: number): string {
  const [start, chroma, hue] = toLch(colour);
  let moved = colour;
  // The lightness of white is not exactly 1 once it is computed.
  for (let l = start; l > -STEP && l < 1 + STEP && surfaces.some((surface) => contrast(moved, surface) < ratio); ) {
    l += step;
    moved = toHex([l, chroma, hue]);
  }
  return moved;
}

function sixDigits(hex: string): string | undefined {
  const long = hex.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3").toLowerCase();
  return /^#[\da-f]{6}$/.test(long) ? long : undefined;
}

/** The three channels without the gamma of sRGB, 0 to 1. */
function linear(hex: string): [number, number, number] {
  const channel = (at: number): number => {
    const value = +`0x${hex.slice(at, at + 2)}` / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance(hex: string): number {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The matrices of OKLab are Björn Ottosson's (https://bottosson.github.io/posts/oklab/), to six decimals. */
function toLch(hex: string): Lch {
  const [r, g, b] = linear(hex);
  const l = Math.cbrt(0.412221 * r + 0.536333 * g + 0.051446 * b);
  const m = Math.cbrt(0.211903 * r + 0.6807 * g + 0.107397 * b);
  const s = Math.cbrt(0.088302 * r + 0.281719 * g + 0.629979 * b);
  const x = 1.977998 * l - 2.428592 * m + 0.450594 * s;
  const y = 0.025904 * l + 0.782772 * m - 0.808676 * s;
  return [0.210454 * l + 0.793618 * m - 0.004072 * s, Math.hypot(x, y), Math.atan2(y, x)];
}

/** The colour as `#rrggbb`; where sRGB does not have it, with as much of its chroma as sRGB has. */
function toHex([lightness, chroma, hue]: Lch): string {
  const [x, y] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.396338 * x + 0.215804 * y) ** 3;
  const m = (lightness - 0.105561 * x - 0.063854 * y) ** 3;
  const s = (lightness - 0.089484 * x - 1.291486 * y) ** 3;
  const channels = [
    4.076742 * l - 3.307712 * m + 0.23097 * s,
    -1.268438 * l + 2.609757 * m - 0.341319 * s,
    -0.004196 * l - 0.703419 * m + 1.707615 * s,
  ];
  if (chroma > 0.001 && channels.some((value) => Math.abs(value - 0.5) > 0.5001))
    return toHex([lightness, chroma * 0.97, hue]);
  const digits = channels.map((value) => {
    const within = Math.min(1, Math.max(0, value));
    const encoded = within <= 0.003131 ? within * 12.92 : 1.055 * within ** (1 / 2.4) - 0.055;
    return (256 + Math.round(encoded * 255)).toString(16).slice(1);
  });
  return `#${digits.join("")}`;
}
