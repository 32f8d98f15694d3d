/**
 * The text of an answer or a document: Markdown as elements, with marks on it.
 *
 * Nothing is parsed as HTML. What a model or a document wrote becomes text nodes, and there are only the elements and
 * attributes that Blocks.tsx makes, and what `renderMark` and `renderMarker` return.
 */

import { Component, type ComponentChildren, type VNode } from "preact";

import { parse, type Block } from "../text/markdown";
import { touching, type Span } from "../text/offsets";
import { Segmenter, type Segment } from "../text/segments";
import { settled } from "../text/unfinished";
import { Frame, Part, type Drawing, type Mark, type PartProps } from "./Blocks";

export type { Mark, RenderMark, RenderMarker } from "./Blocks";

/**
 * The properties of a text.
 *
 * isStreaming  more is to come: half-written signs at the end are not shown
 * isPlain      the text is not Markdown; its line breaks are kept
 * range        show only the blocks that touch this part
 * marks        the same array as long as nothing in it changes; where several cover the same text, this is their order
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

/** A segment and its blocks. `isFramed`: the element of its block may also have the blocks of the segments after it. */
interface Parsed {
  readonly segment: Segment;
  readonly blocks: readonly Block[];
  readonly levels: readonly number[];
  readonly isFramed: boolean;
}

/** The element of a group, and what it was made of. */
interface Drawn {
  readonly length: number;
  readonly last: Parsed;
  readonly look: readonly unknown[];
  readonly node: VNode;
}

/** Blocks in the same element: those of one segment, or of several that join. */
type Group = readonly [Parsed, ...Parsed[]];

/**
 * Characters that are parsed before the browser may do something else. At a quarter of the speed of a laptop that is 20
 * to 100 ms, and 350 ms the first time, when the parser is not yet compiled.
 */
const STEP = 2000;
const NO_MARKS: readonly Mark[] = [];
const FRAMED = new Set(["list", "table", "fence", "paragraph"]);

export class Prose extends Component<ProseProps> {
  #segmenter = new Segmenter();
  #isPlain = false;
  #segments: readonly Segment[] = [];
  #source = "";
  readonly #parsed = new WeakMap<Segment, Parsed>();
  #last: Parsed | null = null;
  /** What the elements of all groups depend on, and the elements. */
  #look: readonly unknown[] = [];
  readonly #drawn = new WeakMap<Parsed, Drawn>();
  /** Characters that were drawn in another look in this step. */
  #redrawn = 0;
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
    const shown = this.#shown();
    const levels = [...new Set(shown.flatMap((parsed) => parsed.levels))].sort().join("");
    const { tableLabel, firstHeadingLevel, renderMark, renderMarker, addresses } = this.props;
    const marks = this.props.marks?.length ? this.props.marks : NO_MARKS;
    const look = [levels, marks, tableLabel, firstHeadingLevel, renderMark, renderMarker, addresses, this.#isPlain];
    if (look.some((each, at) => each !== this.#look[at])) this.#look = look;
    this.#redrawn = 0;
    return groups(shown).map((group) => this.#group(group, levels, marks));
  }

  /** Return the element of a group; the same one as before, which Preact skips, if nothing has changed. */
  #group(group: Group, levels: string, marks: readonly Mark[]): VNode {
    const [first] = group;
    const last = group.at(-1) ?? first;
    const drawn = this.#drawn.get(first);
    if (drawn?.length === group.length && drawn.last === last) {
      if (drawn.look === this.#look) return drawn.node;
      // The same text in another look, as when an answer has ended and is marked: in steps, too.
      if (this.#redrawn >= STEP / 2) {
        this.#isBehind = true;
        return drawn.node;
      }
      this.#redrawn += last.segment.end - first.segment.start;
    }
    const node = this.#element(group, levels, marks);
    this.#drawn.set(first, { length: group.length, last, look: this.#look, node });
    return node;
  }

  #element(group: Group, levels: string, marks: readonly Mark[]): VNode {
    const { source, tableLabel, firstHeadingLevel, renderMark, renderMarker, addresses } = this.props;
    const drawing = { tableLabel, firstHeadingLevel, renderMark, renderMarker, addresses };
    const part = ({ segment, blocks, levels: own }: Parsed, view: PartProps["view"]) => {
      const { start, end } = segment;
      const present = touching(start, end, marks);
      const begun = present.filter((mark) => mark.start < start && /\S/.test(source.slice(mark.start, start)));
      return <Part key={start} {...drawing} {...{ segment, blocks, view, begun }} levels={own.length ? levels : ""} marks={present} />;
    };
    const [first] = group;
    const [block] = first.blocks;
    if (!block || !first.isFramed) return part(first, "whole");
    const head = block.type === "table" && block.head ? part(first, "head") : null;
    return (
      <Frame key={first.segment.start} block={block} tableLabel={tableLabel} head={head} isPlain={this.#isPlain}>
        {group.map((parsed) => part(parsed, "inside"))}
      </Frame>
    );
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
        // What was shown before stays, also where a wider range has begun above it.
        this.#isBehind = true;
        continue;
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
    const parsed = parsedSegment(segment);
    this.#parsed.set(segment, parsed);
    return parsed;
  }

  /** Parse the segment that is being written, if what is shown of it has changed. */
  #parseLast(segment: Segment): Parsed {
    const text = this.#isPlain ? segment.text : settled(segment);
    const last = this.#last;
    if (last?.segment.text === text && last.segment.start === segment.start && last.segment.kind === segment.kind) return last;
    return (this.#last = parsedSegment({ ...segment, text }));
  }

  #continue(): void {
    clearTimeout(this.#timer);
    if (this.#isBehind) this.#timer = setTimeout(() => this.forceUpdate());
    else this.props.onRendered?.();
  }
}

function parsedSegment(segment: Segment): Parsed {
  const blocks = parse(segment);
  const levels = blocks.flatMap((block) => (block.type === "heading" ? [block.level] : []));
  return { segment, blocks, levels, isFramed: blocks.length === 1 && FRAMED.has(blocks[0]?.type ?? "") };
}

function groups(shown: readonly Parsed[]): Group[] {
  const found: [Parsed, ...Parsed[]][] = [];
  for (const parsed of shown) {
    const last = found.at(-1);
    if (parsed.segment.joins && last && continues(parsed, last[0])) last.push(parsed);
    else found.push([parsed]);
  }
  return found;
}

/** Return whether a part belongs into the element of the first one. A table with a header of its own is another table. */
function continues(parsed: Parsed, first: Parsed): boolean {
  const [block] = parsed.blocks;
  if (!first.isFramed || !parsed.isFramed || first.blocks[0]?.type !== block?.type) return false;
  return block?.type !== "table" || block.head === null;
}
