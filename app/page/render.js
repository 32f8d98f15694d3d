/**
 * Blocks become DOM nodes. Layers (flags, a cited passage) are laid onto the text by offset on the way.
 *
 * @typedef {import("./inline.js").Inline} Inline
 * @typedef {import("./markdown.js").Block} Block
 * @typedef {import("./markdown.js").Cell} Cell
 */

import { element } from "./dom.js";
import { cut } from "./offsets.js";

/** Headings in rendered text start at this level: the page's title and the question stand above them. */
const FIRST_HEADING_LEVEL = 3;
/** What each rendered block was made from. @type {WeakMap<Element, string>} */
const keys = new WeakMap();

/**
 * What is laid onto the text, and how it looks.
 *
 * @template {import("./offsets.js").Span} Layer
 * @typedef {object} Overlay
 * @property {Layer[]} layers
 * @property {(text: string, layers: Layer[], start: number) => Node} mark a piece of text under at least one
 * layer
 * @property {(index: number) => Node|null} marker the citation marker `[index]`; null where it leads nowhere
 * @property {boolean} interactive whether a mark can be pressed; inside a link it then has no place
 */

/**
 * Brings `container` up to date with `blocks`, keeping the nodes of blocks that did not change: while an
 * answer streams, only its last block is made anew, so focus and selection above it stay.
 *
 * @template {import("./offsets.js").Span} Layer
 * @param {HTMLElement} container
 * @param {string} source
 * @param {Block[]} blocks
 * @param {Overlay<Layer>} overlay
 */
export function renderBlocks(container, source, blocks, overlay) {
  const renderer = new Renderer(source, overlay, headingLevels(blocks));
  blocks.forEach((block, position) => {
    const present = container.children[position];
    const key = renderer.keyOf(block);
    if (present && keys.get(present) === key) return;
    const made = renderer.block(block);
    keys.set(made, key);
    if (present) present.replaceWith(made);
    else container.append(made);
  });
  while (container.children.length > blocks.length) container.lastElementChild?.remove();
}

/**
 * The heading levels in use, ascending: `#` and `###` alone are a title and its sections.
 *
 * @param {Block[]} blocks
 */
function headingLevels(blocks) {
  const levels = blocks.flatMap((block) => (block.type === "heading" ? [block.level] : []));
  return [...new Set(levels)].sort((a, b) => a - b);
}

/** @template {import("./offsets.js").Span} Layer */
class Renderer {
  /** @param {string} source @param {Overlay<Layer>} overlay @param {number[]} levels */
  constructor(source, overlay, levels) {
    this.source = source;
    this.overlay = overlay;
    this.levels = levels;
  }

  /** @param {Block} block */
  keyOf(block) {
    const layered = this.overlay.layers
      .filter((layer) => layer.start < block.end && layer.end > block.start)
      .map((layer) => `${layer.start}-${layer.end}`);
    const look = block.type === "heading" ? this.headingTag(block.level) : block.type;
    return [look, block.start, ...layered, this.source.slice(block.start, block.end)].join("\u0000");
  }

  /** @param {Block} block @returns {HTMLElement} */
  block(block) {
    switch (block.type) {
      case "paragraph":
        return element("p", {}, ...this.inlines(block.children));
      case "heading":
        return element(this.headingTag(block.level), {}, ...this.inlines(block.children));
      case "fence":
        return element("pre", { tabindex: 0 }, element("code", {}, ...this.inlines(block.children)));
      case "quote":
        return element("blockquote", {}, ...block.blocks.map((inner) => this.block(inner)));
      case "list":
        return this.list(block);
      case "table":
        return this.table(block);
      case "rule":
        return element("hr");
    }
  }

  /** @param {number} level */
  headingTag(level) {
    const rank = Math.max(0, this.levels.indexOf(level));
    return `h${Math.min(6, FIRST_HEADING_LEVEL + rank)}`;
  }

  /** @param {import("./markdown.js").List} list */
  list(list) {
    const items = list.items.map((blocks) =>
      element(
        "li",
        {},
        ...blocks.flatMap((block) =>
          list.tight && block.type === "paragraph" ? this.inlines(block.children) : [this.block(block)],
        ),
      ),
    );
    if (list.first === null) return element("ul", {}, ...items);
    return element("ol", { start: list.first === 1 ? null : list.first }, ...items);
  }

  /** @param {import("./markdown.js").Table} table */
  table(table) {
    const row = (/** @type {Cell[]} */ cells, /** @type {string} */ tag) =>
      element(
        "tr",
        {},
        ...cells.map((cell, column) => {
          const attributes = { class: table.align[column] ?? "start", scope: tag === "th" ? "col" : null };
          return element(tag, attributes, ...this.inlines(cell.children));
        }),
      );
    const body = table.rows.map((cells) => row(cells, "td"));
    return element(
      "div",
      { class: "table", tabindex: 0, role: "group", "aria-label": "Table" },
      element("table", {}, element("thead", {}, row(table.head, "th")), element("tbody", {}, ...body)),
    );
  }

  /** @param {Inline[]} nodes @returns {Node[]} */
  inlines(nodes) {
    const made = nodes.map((node) => this.inline(node));
    nodes.forEach((node, at) => {
      const isButton = node.type === "marker" && made[at][0] instanceof Element;
      if (isButton && at > 0) made[at] = [glued(made[at - 1].at(-1), made[at][0])];
    });
    return made.flat();
  }

  /** @param {Inline} node @returns {Node[]} */
  inline(node) {
    switch (node.type) {
      case "text":
        return this.text(node.start, node.end);
      case "marker":
        return this.marker(node);
      case "code":
        return [element("code", {}, ...this.inlines(node.children))];
      case "strong":
        return [element("strong", {}, ...this.inlines(node.children))];
      case "emphasis":
        return [element("em", {}, ...this.inlines(node.children))];
      case "link":
        return this.link(node);
    }
  }

  /** @param {number} start @param {number} end @returns {Node[]} */
  text(start, end) {
    return cut(start, end, this.overlay.layers).map((piece) => {
      const text = this.source.slice(piece.start, piece.end);
      if (piece.layers.length === 0) return document.createTextNode(text);
      return this.overlay.mark(text, piece.layers, piece.start);
    });
  }

  /** @param {import("./inline.js").Marker} node @returns {Node[]} */
  marker(node) {
    const made = this.overlay.marker(node.index);
    return made ? [made] : this.text(node.start, node.end);
  }

  /**
   * A link. Where a flag touches it, its words stand for themselves and the address follows: a flag is a
   * button, and a button inside a link can be reached by nobody.
   *
   * @param {import("./inline.js").Link} node
   * @returns {Node[]}
   */
  link(node) {
    const attributes = { href: node.href, rel: "noopener noreferrer nofollow", target: "_blank" };
    const touched = this.overlay.layers.some((layer) => layer.start < node.end && layer.end > node.start);
    if (!touched || !this.overlay.interactive)
      return [element("a", attributes, ...this.inlines(node.children))];
    const host = new URL(node.href).host;
    return [...this.inlines(node.children), " (", element("a", attributes, host), ")"].map((part) =>
      typeof part === "string" ? document.createTextNode(part) : part,
    );
  }
}

/**
 * A marker with the space before it, so that it never begins a line. A no-break space would not do: a line may
 * break on either side of a button.
 *
 * @param {Node|undefined} before gives its last space; also from inside an element, such as flagged words
 * @param {Node} marker
 */
function glued(before, marker) {
  const text = before instanceof Element ? before.lastChild : before;
  if (!(text instanceof Text) || !text.data.endsWith(" ")) return marker;
  text.data = text.data.replace(/ +$/, "");
  return element("span", { class: "glued" }, " ", marker);
}
