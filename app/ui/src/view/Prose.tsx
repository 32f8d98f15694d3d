/**
 * The text of an answer or a document: Markdown as elements, with marks on it.
 *
 * Nothing is parsed as HTML. What a model or a document wrote becomes text nodes, and there are only the elements and
 * attributes that Blocks.tsx makes, and what `renderMark` and `renderMarker` return.
 */

import { Component, type ComponentChildren } from "preact";

import { parse, type Block } from "../text/markdown";
import { touching, type Span } from "../text/offsets";
import { Segmenter, type Segment } from "../text/segments";
import { settled } from "../text/unfinished";
import { Frame, Part, type Drawing, type Mark } from "./Blocks";

export type { Mark, RenderMark, RenderMarker } from "./Blocks";

/**
 * The properties of a text.
 *
 * isStreaming  more is to come: half-written signs at the end are not shown
 * isPlain      the text is not Markdown; its line breaks are kept
 * range        show only the blocks that touch this part
 * marks        where several cover the same text, they are rendered in this order
 * onRendered   called when all of the text is shown: a long text is shown in steps
 */
export interface ProseProps extends Drawing {
  readonly source: string;
  readonly isStreaming?: boolean | undefined;
  readonly isPlain?: boolean | undefined;
  readonly range?: Span | undefined;
  readonly marks?: readonly Mark[] | undefined;
  readonly onRendered?: (() => void) | undefined;
}

interface Parsed {
  readonly segment: Segment;
  readonly blocks: readonly Block[];
}

/** Blocks in the same element: those of one segment, or of several that join. */
type Group = readonly [Parsed, ...Parsed[]];

/** Characters that are parsed before the browser may do something else: about 15 ms, and 60 ms on a slow phone. */
const STEP = 4000;

export class Prose extends Component<ProseProps> {
  #segmenter = new Segmenter();
  #isPlain = false;
  #segments: readonly Segment[] = [];
  #source = "";
  readonly #parsed = new WeakMap<Segment, Parsed>();
  #last: Parsed | null = null;
  #isBehind = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override componentDidMount(): void {
    this.#continue();
  }

  override componentDidUpdate(): void {
    this.#continue();
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
  }

  render(): ComponentChildren {
    const { source, marks = [], tableLabel, firstHeadingLevel, renderMark, renderMarker } = this.props;
    const drawing = { tableLabel, firstHeadingLevel, renderMark, renderMarker };
    const shown = this.#shown();
    const levels = [...new Set(shown.flatMap(headingLevels))].sort().join("");
    const part = (parsed: Parsed, view: "whole" | "inside" | "head") => (
      <Part
        key={parsed.segment.start}
        {...drawing}
        {...parsed}
        source={source}
        view={view}
        levels={headingLevels(parsed).length ? levels : ""}
        marks={touching(parsed.segment.start, parsed.segment.end, marks)}
      />
    );
    return groups(shown).map((group) => {
      const [first] = group;
      const [block] = first.blocks;
      if (!block || !isFramed(first)) return part(first, "whole");
      const head = block.type === "table" && block.head ? part(first, "head") : null;
      return (
        <Frame key={first.segment.start} block={block} tableLabel={tableLabel} head={head}>
          {group.map((parsed) => part(parsed, "inside"))}
        </Frame>
      );
    });
  }

  /** Return what is shown in this step. */
  #shown(): Parsed[] {
    const { source, isStreaming = false, range } = this.props;
    const segments = this.#cut(source);
    const last = segments.at(-1);
    const shown: Parsed[] = [];
    let parsed = 0;
    this.#isBehind = false;
    for (const segment of segments) {
      if (range && (segment.end <= range.start || segment.start >= range.end)) continue;
      const known = this.#parsed.get(segment);
      if (known && !(isStreaming && segment === last)) {
        shown.push(known);
        continue;
      }
      if (parsed >= STEP) {
        this.#isBehind = true;
        break;
      }
      parsed += segment.text.length;
      shown.push(isStreaming && segment === last ? this.#parseLast(segment) : this.#parse(segment));
    }
    return shown;
  }

  #cut(source: string): readonly Segment[] {
    const isPlain = this.props.isPlain ?? false;
    if (isPlain !== this.#isPlain) {
      this.#segmenter = new Segmenter(isPlain);
      this.#isPlain = isPlain;
    } else if (source === this.#source) return this.#segments;
    this.#source = source;
    this.#segments = this.#segmenter.update(source);
    return this.#segments;
  }

  #parse(segment: Segment): Parsed {
    const parsed = { segment, blocks: parse(segment) };
    this.#parsed.set(segment, parsed);
    return parsed;
  }

  /** Parse the segment that is being written, if what is shown of it has changed. */
  #parseLast(segment: Segment): Parsed {
    const text = this.#isPlain ? segment.text : settled(segment);
    const last = this.#last;
    if (last?.segment.text !== text || last.segment.start !== segment.start || last.segment.kind !== segment.kind) {
      const shown = { ...segment, text };
      this.#last = { segment: shown, blocks: parse(shown) };
    }
    return this.#last ?? { segment, blocks: [] };
  }

  #continue(): void {
    clearTimeout(this.#timer);
    if (this.#isBehind) this.#timer = setTimeout(() => this.forceUpdate());
    else this.props.onRendered?.();
  }
}

/** Return whether the element of a segment's block may also have the blocks of the segments after it. */
function isFramed({ blocks: [block, ...others] }: Parsed): boolean {
  return !others.length && ["list", "table", "fence", "paragraph"].includes(block?.type ?? "");
}

function groups(shown: readonly Parsed[]): Group[] {
  const found: [Parsed, ...Parsed[]][] = [];
  for (const parsed of shown) {
    const last = found.at(-1);
    const isSame = last && isFramed(parsed) && isFramed(last[0]) && last[0].blocks[0]?.type === parsed.blocks[0]?.type;
    if (parsed.segment.joins && isSame) last.push(parsed);
    else found.push([parsed]);
  }
  return found;
}

function headingLevels({ blocks }: Parsed): number[] {
  return blocks.flatMap((block) => (block.type === "heading" ? [block.level] : []));
}
