/**
 * One question and its answer on the page, from the first "searching" to the verdict.
 *
 * @typedef {import("./sources.js").Citation} Citation
 * @typedef {import("./flags.js").PlacedFlag} PlacedFlag
 */

import { element } from "./dom.js";
import { flaggedText, flagList, placeFlags } from "./flags.js";
import { parse } from "./markdown.js";
import { renderBlocks } from "./render.js";
import { asText, nameOf, sourceList } from "./sources.js";
import { settled } from "./unfinished.js";
import * as words from "./words.js";

let opened = 0;

export class Exchange {
  /**
   * @param {string} question
   * @param {string} language of the documents, "" if unknown
   */
  constructor(question, language) {
    this.id = `exchange-${(opened += 1)}`;
    this.question = question;
    this.content = "";
    /**
     * What the service has said about this answer so far, the later over the earlier.
     *
     * @type {Record<string, any>}
     */
    this.about = {};
    this.frame = 0;
    this.progress = element("p", { class: "progress" }, "Searching the documents…");
    this.prose = element("div", { class: "prose", lang: language || null });
    this.answer = element("div", { class: "answer", "data-state": "waiting" }, this.progress, this.prose);
    const heading = element("h2", { class: "question", lang: language || null }, question);
    this.node = element("article", { class: "exchange", id: this.id }, heading, this.answer);
  }

  /** @returns {Citation[]} */
  get passages() {
    return this.about.passages ?? [];
  }

  /** @param {number} index as cited, not a position */
  passage(index) {
    return this.passages.find((passage) => passage.index === index);
  }

  /** Takes in a chunk of the stream. @param {any} chunk */
  receive(chunk) {
    Object.assign(this.about, chunk.groundwork);
    this.content += chunk.choices?.[0]?.delta?.content ?? "";
    if (this.passages.length)
      this.progress.textContent = `Reading ${words.count(this.passages.length, "passage")}…`;
    if (!this.content) return;
    this.progress.remove();
    this.answer.dataset.state = "streaming";
    this.frame ||= requestAnimationFrame(() => this.draw(settled(this.content), []));
  }

  /** The answer is whole: its flags, verdict and sources go on. */
  finish() {
    const flags = placeFlags(this.content, this.about.grounding?.flags ?? [], this.id);
    this.close(this.about.refused ? "refused" : "done", flags);
    if (this.about.mode) this.answer.dataset.mode = this.about.mode;
    const refusal = this.about.empty_index ? words.EMPTY_INDEX : words.REFUSED;
    if (this.about.refused) this.prose.before(element("p", { class: "refusal" }, refusal));
    if (this.about.degraded) this.prose.before(notice("degraded", words.degradedWords(this.about)));
    const withheld = words.withheldWords(this.about);
    if (withheld) this.answer.append(notice("withheld", withheld));
    if (this.about.empty_index || this.about.kind === "small_talk") return;
    if (this.about.kind === "clarification") {
      this.offer(this.about.choices ?? []);
      return;
    }
    const conflicts = words.conflictWords(this.about);
    if (conflicts) this.answer.append(notice("conflict", conflicts));
    if (this.about.refused) this.answer.append(element("p", { class: "hint" }, words.REFUSED_HINT));
    else this.answer.append(this.verdict(flags));
    this.answer.append(this.sources());
  }

  /** Shows the choices of a clarification as buttons in place of their list. @param {string[]} choices */
  offer(choices) {
    this.draw(this.content.slice(0, this.content.lastIndexOf(`- ${choices[0]}`)).trimEnd(), []);
    const buttons = choices.map((choice) => {
      const button = element("button", { type: "button", class: "suggestion" }, choice);
      const chosen = () => this.node.dispatchEvent(new CustomEvent("choose", { detail: choice, bubbles: true }));
      button.addEventListener("click", chosen);
      return element("li", {}, button);
    });
    this.answer.append(element("ul", { class: "choices", "aria-label": words.CHOICES }, ...buttons));
  }

  /** The reader stopped it. */
  stop() {
    this.close("stopped", []);
    this.answer.append(notice("stopped", this.content ? words.STOPPED : words.STOPPED_EARLY));
  }

  /** @param {import("./stream.js").AskError} error */
  fail(error) {
    this.close("failed", []);
    const said = error.message ? element("p", { class: "said" }, `The service said: ${error.message}`) : null;
    const made = notice("error", `${words.errorSentence(error)} ${words.KEPT}`, said);
    this.answer.append(made);
  }

  /** @param {"done"|"refused"|"stopped"|"failed"} state @param {PlacedFlag[]} flags */
  close(state, flags) {
    cancelAnimationFrame(this.frame);
    this.draw(this.content, flags);
    this.progress.remove();
    this.answer.dataset.state = state;
  }

  /** @param {string} content @param {PlacedFlag[]} flags */
  draw(content, flags) {
    this.frame = 0;
    const begun = /** @type {Set<PlacedFlag>} */ (new Set());
    renderBlocks(this.prose, content, parse(content), {
      layers: flags,
      interactive: true,
      mark: (text, layers) => flaggedText(text, layers, begun),
      marker: (index) => this.marker(index),
    });
  }

  /** @param {number} index */
  marker(index) {
    const passage = this.passage(index);
    if (!passage) return null;
    const label = `Source ${index}: ${nameOf(passage)}`;
    const bracket = (/** @type {string} */ sign) => element("span", { class: "bracket" }, sign);
    return element(
      "button",
      { type: "button", class: "marker", "data-index": index, "aria-label": label, title: label },
      bracket("["),
      String(index),
      bracket("]"),
    );
  }

  /** @param {PlacedFlag[]} flags */
  verdict(flags) {
    const report = this.about.grounding ?? null;
    const unchecked = this.about.mode === "extractive" ? "quoted" : "unchecked";
    const checked = flags.length || report?.supported === false ? "check" : "supported";
    const outcome = report ? checked : unchecked;
    const sentence = words.verdict(report, this.about.mode);
    const grounding = flags.length
      ? element(
          "details",
          { class: "grounding", "data-outcome": outcome },
          element("summary", {}, sentence),
          flagList(flags, this.passages),
        )
      : element("p", { class: "grounding", "data-outcome": outcome }, sentence);
    const made = [
      words.modeWords(this.about.mode),
      words.retriedWords(this.about.retried),
      words.totalTime(this.about.timings_ms),
    ]
      .filter(Boolean)
      .join(" · ");
    const stages = words.stageTimes(this.about.timings_ms) || null;
    return element(
      "div",
      { class: "verdict" },
      grounding,
      element("div", { class: "made" }, element("p", { title: stages }, made), this.copyButton()),
    );
  }

  /** No button where the browser gives no clipboard (plain HTTP on another host). */
  copyButton() {
    if (!navigator.clipboard) return null;
    const button = element("button", { type: "button", class: "copy quiet" }, "Copy answer");
    button.addEventListener("click", async () => {
      const copied = await navigator.clipboard.writeText(asText(this.content, this.citations)).then(
        () => true,
        () => false,
      );
      button.textContent = copied ? "Copied" : "The browser refused";
      setTimeout(() => (button.textContent = "Copy answer"), 2000);
    });
    return button;
  }

  /** @returns {Citation[]} */
  get citations() {
    return this.about.citations ?? [];
  }

  sources() {
    const cited = new Set(this.citations.map((citation) => citation.index));
    const beside = this.passages.filter((passage) => !cited.has(passage.index));
    const title = element("h3", {}, "Sources");
    const more = cited.size
      ? `${words.count(beside.length, "more passage")} read, not cited`
      : `${words.count(beside.length, "passage")} that came closest`;
    return element(
      "section",
      { class: "evidence-list" },
      cited.size ? element("div", { class: "sources" }, title, sourceList(this.citations, "Sources")) : null,
      beside.length
        ? element(
            "details",
            { class: "beside" },
            element("summary", {}, more),
            sourceList(beside, "Passages not cited"),
          )
        : null,
    );
  }
}

/** @param {string} kind @param {string} sentence @param {Node|null} [more] */
function notice(kind, sentence, more = null) {
  const role = kind === "error" ? "alert" : null;
  return element("div", { class: "notice", "data-kind": kind, role }, element("p", {}, sentence), more);
}
