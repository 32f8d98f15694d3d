/**
 * The panel that shows a cited passage where it stands in its document: beside the conversation on a wide
 * window, a sheet from below on a narrow one.
 *
 * @typedef {import("./sources.js").Citation} Citation
 * @typedef {import("./flags.js").Evidence} Evidence
 */

import { byId, element } from "./dom.js";
import { webAddress } from "./inline.js";
import { renderBlocks } from "./render.js";
import { nameOf } from "./sources.js";
import { blocksOf, locate, visiblePart } from "./surroundings.js";
import * as words from "./words.js";

/**
 * How much of the document is shown on either side of the passage, in UTF-16 units; the rest comes on
 * request.
 */
const SURROUNDINGS = 6000;
const NARROW = window.matchMedia("(max-width: 67.99rem)");

export class PassagePanel {
  constructor() {
    this.dialog = /** @type {HTMLDialogElement} */ (byId("passage"));
    this.title = byId("passage-title");
    this.place = byId("passage-place");
    this.body = byId("passage-body");
    /** @type {HTMLElement|null} */
    this.opener = null;
    this.fetching = new AbortController();
    byId("passage-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.closed());
    // On a sheet the dialog fills its backdrop's clicks: one that hits the dialog itself lies outside of its
    // content.
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  get isOpen() {
    return this.dialog.open;
  }

  close() {
    this.dialog.close();
  }

  /**
   * Shows a passage at once as the answer had it, then in its document as soon as that is here.
   *
   * @param {Citation} citation
   * @param {Evidence|null} evidence what to point at within the passage
   * @param {HTMLElement} opener gets the focus back
   */
  async open(citation, evidence, opener) {
    this.fetching.abort();
    this.fetching = new AbortController();
    const { signal } = this.fetching;
    this.opener = opener;
    this.title.textContent = nameOf(citation);
    this.describe(citation);
    this.draw(citation.document_id, citation.text, locate(citation.text, citation, evidence), null);
    this.show();
    const fetched = await fetchDocument(citation.document_id, signal);
    if (signal.aborted) return;
    if (fetched.text === null) {
      this.draw(
        citation.document_id,
        citation.text,
        locate(citation.text, citation, evidence),
        fetched.notice,
      );
      return;
    }
    const found = locate(fetched.text, citation, evidence);
    if (found) this.draw(citation.document_id, fetched.text, found, null);
    else
      this.draw(
        citation.document_id,
        citation.text,
        locate(citation.text, citation, evidence),
        words.CHANGED,
      );
  }

  show() {
    document.body.classList.add("has-passage");
    if (!this.dialog.open) {
      if (NARROW.matches) this.dialog.showModal();
      else this.dialog.show();
    }
    this.title.focus({ preventScroll: true });
  }

  closed() {
    this.fetching.abort();
    document.body.classList.remove("has-passage");
    const target = this.opener?.isConnected ? this.opener : byId("question");
    target.focus({ preventScroll: true });
  }

  /** @param {Citation} citation */
  describe(citation) {
    const href = citation.url ? webAddress(citation.url) : "";
    const link = href
      ? element("a", { href, rel: "noopener noreferrer", target: "_blank" }, "Open the original")
      : null;
    const match = typeof citation.score === "number" ? `${words.percent(citation.score)} match` : "";
    const lines = [words.place(citation), match].filter(Boolean).map((line) => element("span", {}, line));
    this.place.replaceChildren(...lines, ...(link ? [link] : []));
  }

  /**
   * @param {string} documentId
   * @param {string} text
   * @param {import("./surroundings.js").Found|null} found
   * @param {string|null} notice
   */
  draw(documentId, text, found, notice) {
    const blocks = blocksOf(documentId, text);
    const layers = found ? found.layers : [];
    const around = found ? found.layers[0] : { start: 0, end: text.length };
    const view = { from: around.start - SURROUNDINGS, to: around.end + SURROUNDINGS };
    const prose = element("div", { class: blocks.plain ? "prose plain" : "prose" });
    const earlier = element("button", { type: "button", class: "quiet" }, "Show earlier text");
    const later = element("button", { type: "button", class: "quiet" }, "Show later text");
    const redraw = () => {
      const part = visiblePart(blocks.blocks, view.from, view.to);
      renderBlocks(prose, text, part.blocks, {
        layers,
        interactive: false,
        mark: highlight,
        marker: () => null,
      });
      earlier.hidden = !part.hasEarlier;
      later.hidden = !part.hasLater;
    };
    earlier.addEventListener("click", () => ((view.from -= SURROUNDINGS), redraw()));
    later.addEventListener("click", () => ((view.to += SURROUNDINGS), redraw()));
    redraw();
    const said = notice
      ? element("p", { class: "notice", "data-kind": "document", role: "status" }, notice)
      : null;
    this.body.replaceChildren(...[said, earlier, prose, later].filter((part) => part !== null));
    const target = prose.querySelector(".pointed") ?? prose.querySelector("mark");
    if (!notice) scrollTo(this.body, target);
  }
}

/**
 * @param {string} text
 * @param {{kind: string}[]} layers
 */
function highlight(text, layers) {
  const pointed = layers.some((layer) => layer.kind === "evidence");
  return element("mark", { class: pointed ? "cited pointed" : "cited" }, text);
}

/**
 * Scrolls the panel alone; scrollIntoView would move the page behind it as well.
 *
 * @param {HTMLElement} box
 * @param {Element|null} target
 */
function scrollTo(box, target) {
  if (!target) return;
  const distance = target.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += distance - box.clientHeight / 4;
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<{text: string, notice: null}|{text: null, notice: string}>}
 */
async function fetchDocument(id, signal) {
  const path = id.split("/").map(encodeURIComponent).join("/");
  try {
    const response = await fetch(`v1/documents/${path}`, { signal });
    if (!response.ok) return { text: null, notice: response.status === 404 ? words.GONE : words.UNREAD };
    return { text: String((await response.json()).text ?? ""), notice: null };
  } catch {
    return { text: null, notice: words.UNREAD };
  }
}
