/** Blocks of Markdown as elements. */

import { Component, type ComponentChild, type ComponentChildren, type VNode } from "preact";

import { isExact, type Block, type Cells, type Inline, type Link, type List, type Table, type Text } from "../text/markdown";
import type { FoundMarker, KnownAddresses } from "../text/markers";
import { cut, touching, type Span } from "../text/offsets";
import type { Segment } from "../text/segments";

/**
 * What is marked in a text: flagged words, a cited passage. Offsets are in UTF-16 units.
 *
 * isInteractive  whether `renderMark` makes something that can be pressed; that has no place inside a link
 */
export interface Mark extends Span {
  readonly id: string;
  readonly kind: string;
  readonly severity?: string | undefined;
  readonly isInteractive?: boolean | undefined;
}

/**
 * Renders a part of the text that is under at least one mark. `first` are those of the marks of which this is the first
 * part that is not blank.
 */
export type RenderMark = (text: string, marks: readonly Mark[], first: ReadonlySet<Mark>) => ComponentChild;
/** Renders the citation marker of a number, at its offset in the text; null where it leads nowhere, and stays text. */
export type RenderMarker = (index: number, start: number) => ComponentChild;

/**
 * How a text is drawn.
 *
 * renderMark, renderMarker  the same functions as long as they render the same: a new one renders all of the text again
 * addresses                 the addresses that may be links; any other one is shown as text. Without it, all may
 * firstHeadingLevel         of the highest heading that the text has; 3 if it is not set
 * tableLabel                the accessible name of a table
 */
export interface Drawing {
  readonly renderMark?: RenderMark | undefined;
  readonly renderMarker?: RenderMarker | undefined;
  readonly addresses?: KnownAddresses | undefined;
  readonly firstHeadingLevel?: number | undefined;
  readonly tableLabel: string;
}

export interface PartProps extends Drawing {
  readonly segment: Segment;
  readonly blocks: readonly Block[];
  /** The heading levels that the text has, ascending: `#` and `###` alone are a title and its sections. */
  readonly levels: string;
  /** The marks that touch the segment, and those of them that have a part that is not blank before it. */
  readonly marks: readonly Mark[];
  readonly begun: readonly Mark[];
  /** The blocks, what is inside of the element of the one block, or the header of a table. */
  readonly view: "whole" | "inside" | "head";
}

/** Characters that change the direction of what follows. Each is isolated, and so has no effect. */
const DIRECTION = /([\u202A-\u202E\u2066-\u2069])/;

interface FrameProps {
  readonly block: Block;
  readonly tableLabel: string;
  readonly head: VNode | null;
  /** Whether it is inside of another block, which then gives it its direction. */
  readonly isInner?: boolean;
  /** Whether line breaks are kept. */
  readonly isPlain?: boolean;
  readonly children: ComponentChildren;
}

/** The element of a block that may be cut into several segments. */
export function Frame(props: FrameProps): VNode {
  const { block, children } = props;
  const dir = props.isInner ? undefined : "auto";
  switch (block.type) {
    case "list":
      return block.first === null ? (
        <ul dir={dir}>{children}</ul>
      ) : (
        <ol dir={dir} start={block.first === 1 ? undefined : block.first}>
          {children}
        </ol>
      );
    case "table":
      return (
        <div class="table" tabIndex={0} role="group" aria-label={props.tableLabel}>
          <table dir={dir}>
            {props.head && <thead>{props.head}</thead>}
            <tbody>{children}</tbody>
          </table>
        </div>
      );
    case "fence":
      return (
        <pre tabIndex={0} dir="ltr">
          <code>{children}</code>
        </pre>
      );
    default:
      return (
        <p class={props.isPlain ? "plain" : undefined} dir={dir}>
          {children}
        </p>
      );
  }
}

/** The blocks of one segment. They are rendered again only if they change, or what is laid onto them. */
export class Part extends Component<PartProps> {
  override shouldComponentUpdate(next: PartProps): boolean {
    const { props } = this;
    return (
      next.blocks !== props.blocks ||
      next.levels !== props.levels ||
      next.view !== props.view ||
      next.renderMark !== props.renderMark ||
      next.renderMarker !== props.renderMarker ||
      next.addresses !== props.addresses ||
      next.firstHeadingLevel !== props.firstHeadingLevel ||
      next.tableLabel !== props.tableLabel ||
      next.marks.length !== props.marks.length ||
      next.marks.some((mark, at) => !isSame(mark, props.marks[at]))
    );
  }

  render(): ComponentChildren {
    return new Renderer(this.props).part();
  }
}

function isSame(a: Mark, b: Mark | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

class Renderer {
  readonly #props: PartProps;
  readonly #begun: Set<Mark>;

  constructor(props: PartProps) {
    this.#props = props;
    this.#begun = new Set(props.begun);
  }

  part(): ComponentChildren {
    const { blocks, view } = this.#props;
    const [block] = blocks;
    if (view === "head" && block?.type === "table") return this.#row(block, block.head ?? [], true);
    if (view === "whole" || !block) return blocks.map((each) => this.#block(each, true));
    return this.#inside(block);
  }

  #block(block: Block, isOutermost: boolean): VNode {
    const dir = isOutermost ? "auto" : undefined;
    switch (block.type) {
      case "heading": {
        const { levels, firstHeadingLevel = 3 } = this.#props;
        const rank = Math.max(0, levels.indexOf(String(block.level)));
        const Heading = `h${Math.min(6, firstHeadingLevel + rank)}` as "h3";
        return <Heading dir={dir}>{this.#inlines(block.children)}</Heading>;
      }
      case "quote":
        return <blockquote dir={dir}>{block.blocks.map((inner) => this.#block(inner, false))}</blockquote>;
      case "rule":
        return <hr />;
      default: {
        const head = block.type === "table" && block.head ? this.#row(block, block.head, true) : null;
        return (
          <Frame block={block} tableLabel={this.#props.tableLabel} head={head} isInner={!isOutermost}>
            {this.#inside(block)}
          </Frame>
        );
      }
    }
  }

  #inside(block: Block): ComponentChildren {
    switch (block.type) {
      case "list":
        return this.#items(block);
      case "table":
        return block.rows.map((row) => this.#row(block, row, false));
      case "fence":
      case "heading":
      case "paragraph":
        return this.#inlines(block.children);
      default:
        return this.#block(block, true);
    }
  }

  #items({ items, isTight }: List): VNode[] {
    return items.map((blocks) => (
      <li>
        {blocks.map((block) =>
          isTight && block.type === "paragraph" ? this.#inlines(block.children) : this.#block(block, false),
        )}
      </li>
    ));
  }

  #row({ align }: Table, cells: Cells, isHead: boolean): VNode {
    const Cell = isHead ? "th" : "td";
    return (
      <tr>
        {cells.map((cell, column) => (
          <Cell class={align[column] ?? "start"} scope={isHead ? "col" : undefined}>
            {this.#inlines(cell)}
          </Cell>
        ))}
      </tr>
    );
  }

  #inlines(inlines: readonly Inline[]): ComponentChildren[] {
    const children: ComponentChildren[] = [];
    for (let at = 0; at < inlines.length; at += 1) {
      const inline = inlines[at];
      if (!inline) break;
      const markers = this.#markersFrom(inlines, inline.type === "text" ? at + 1 : at);
      if (!markers.length) children.push(this.#inline(inline));
      else {
        if (inline.type === "text") at += 1;
        children.push(this.#glued(inline.type === "text" ? inline : null, markers));
        at += markers.length - 1;
      }
    }
    return children;
  }

  /** Return the markers from a position on that lead somewhere, rendered. */
  #markersFrom(inlines: readonly Inline[], from: number): ComponentChild[] {
    const markers: ComponentChild[] = [];
    for (let at = from; inlines[at]?.type === "marker"; at += 1) {
      const found = inlines[at] as FoundMarker;
      const marker = this.#props.renderMarker?.(found.index, found.start) ?? null;
      if (marker === null) break;
      markers.push(marker);
    }
    return markers;
  }

  /**
   * Return markers with the end of the text before them, so that they never begin a line. A no-break space would not
   * do: a line may break on either side of a button.
   */
  #glued(before: Text | null, markers: readonly ComponentChild[]): ComponentChildren {
    if (!before) return <span class="glued">{markers}</span>;
    const length = /(?:\s+|[^\s\uDC00-\uDFFF\p{M}]\p{M}*|)$/u.exec(before.value)?.[0].length ?? 0;
    const [start, end] = isExact(before) ? splitText(before, before.value.length - length) : [null, before];
    return (
      <>
        {start && this.#text(start)}
        <span class="glued">
          {end && this.#text(end)}
          {markers}
        </span>
      </>
    );
  }

  #inline(inline: Inline): ComponentChildren {
    switch (inline.type) {
      case "text":
        return this.#text(inline);
      case "marker":
        return this.#text(this.#written(inline));
      case "break":
        return <br />;
      case "link":
        return this.#link(inline);
      default: {
        const Style = inline.type;
        return <Style>{this.#inlines(inline.children)}</Style>;
      }
    }
  }

  #written({ start, end }: Span): Text {
    const { segment } = this.#props;
    return { type: "text", value: segment.text.slice(start - segment.start, end - segment.start), start, end };
  }

  #text(text: Text): ComponentChildren[] {
    const { marks } = this.#props;
    if (!isExact(text)) return this.#piece(text.value, touching(text.start, text.end, marks));
    return cut(text.start, text.end, marks).flatMap(({ start, end, layers }) =>
      this.#piece(text.value.slice(start - text.start, end - text.start), layers),
    );
  }

  #piece(value: string, marks: readonly Mark[]): ComponentChildren[] {
    return value
      .replaceAll("\0", "\uFFFD")
      .split(DIRECTION)
      .filter(Boolean)
      .map((part) => {
        const shown = marks.length ? this.#marked(part, marks) : part;
        return DIRECTION.test(part) ? <bdi>{shown}</bdi> : shown;
      });
  }

  #marked(text: string, marks: readonly Mark[]): ComponentChild {
    const { renderMark } = this.#props;
    if (!renderMark) return text;
    const first = new Set(text.trim() ? marks.filter((mark) => !this.#begun.has(mark)) : []);
    for (const mark of first) this.#begun.add(mark);
    return renderMark(text, marks, first);
  }

  /**
   * Return a link, or its label and its address as text where it may be none. The host follows where the label looks like another address; and where a mark that can be pressed
   * touches the label: a button inside a link cannot be reached.
   */
  #link(link: Link): VNode {
    const { href, start, end, children } = link;
    const { addresses } = this.#props;
    if (addresses && !addresses.has(href)) {
      const isWritten = plainText(children).includes(href.replace(/\/$/, ""));
      return (
        <>
          {this.#inlines(children)}
          {!isWritten && ` (${href})`}
        </>
      );
    }
    const url = new URL(href);
    const host = url.host || url.pathname;
    const label = plainText(children);
    const isTouched = touching(start, end, this.#props.marks).some((mark) => mark.isInteractive);
    const anchor = (content: ComponentChildren) => (
      <a href={href} title={label === href ? undefined : href} target="_blank" rel="noopener noreferrer nofollow">
        {content}
      </a>
    );
    if (isTouched) {
      return (
        <>
          {this.#inlines(children)} ({anchor(host)})
        </>
      );
    }
    if (!isMisleading(label, host)) return anchor(this.#inlines(children));
    return (
      <>
        {anchor(this.#inlines(children))} ({host})
      </>
    );
  }
}

function splitText(text: Text, length: number): [Text | null, Text | null] {
  const middle = text.start + length;
  const part = (value: string, start: number, end: number): Text | null => (value ? { type: "text", value, start, end } : null);
  return [part(text.value.slice(0, length), text.start, middle), part(text.value.slice(length), middle, text.end)];
}

function plainText(inlines: readonly Inline[]): string {
  return inlines.map((inline) => (inline.type === "text" ? inline.value : "children" in inline ? plainText(inline.children) : "")).join("");
}

/** Return whether the label of a link looks like an address of another host. */
function isMisleading(label: string, host: string): boolean {
  const visible = label.replace(/[\p{Cf}\s]+/gu, "").toLowerCase();
  const named = /^(?:[a-z]+:\/*)?(?:www\.)?([^/?#\s]*[^/?#\s.]\.\p{L}{2,}|[\d.]{7,})(?::\d+)?(?:[/?#]|$)/u.exec(visible);
  return named !== null && named[1] !== host.replace(/^www\./, "").replace(/:\d+$/, "");
}
