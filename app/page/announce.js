/**
 * Speaks a streaming answer to a screen reader: whole sentences, each once, through a live region of its own.
 * The answer itself is no live region, for a text that changes many times a second would be read over and
 * over.
 */

/**
 * How long a spoken sentence stays in the region: long enough to be picked up, short enough not to be found
 * twice.
 */
const KEPT_MILLISECONDS = 4000;

export class Announcer {
  /** @param {HTMLElement} region an element with aria-live */
  constructor(region) {
    this.region = region;
    this.spoken = 0;
  }

  /** Says a sentence of the page's own. @param {string} sentence */
  say(sentence) {
    const line = document.createElement("p");
    line.textContent = sentence;
    this.region.append(line);
    setTimeout(() => line.remove(), KEPT_MILLISECONDS);
  }

  /** Begins a new answer. */
  begin() {
    this.spoken = 0;
  }

  /**
   * Says what has become whole since the last call.
   *
   * @param {string} content the answer so far
   * @param {boolean} complete whether nothing more follows
   */
  progress(content, complete) {
    const end = complete ? content.length : lastSentenceEnd(content);
    const words = plainWords(content.slice(this.spoken, end));
    if (end <= this.spoken) return;
    this.spoken = end;
    if (words) this.say(words);
  }
}

/**
 * Behind the last full stop (and the markers after it) or line end; 0 if there is none.
 *
 * @param {string} content
 */
function lastSentenceEnd(content) {
  let end = 0;
  for (const match of content.matchAll(/[.!?…]["”')]*(?:\s*\[[\d\s,]+\])*\s|\n|[。！？]/g))
    end = match.index + match[0].length;
  return end;
}

/** Markdown without its signs, as one would read it aloud. @param {string} markdown */
function plainWords(markdown) {
  return markdown
    .replace(/\s*\[[\d\s,]+\]/g, "")
    .replace(/[*_`#|>]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
