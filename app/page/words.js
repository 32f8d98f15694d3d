/**
 * What the page says, in one place: short, exact, kind.
 *
 * @typedef {{configured: boolean, reachable: boolean, name: string|null}} Model
 * @typedef {import("./stream.js").AskError} AskError
 */

/** Why words are flagged. A reason that is not here is shown as it came, see `reasonSentence`. */
const REASONS = new Map([
  ["number_absent", "This number is in none of the sources."],
  ["number_mismatch", "The sources give another number here."],
  ["date_absent", "This date is in none of the sources."],
  ["date_mismatch", "The sources give another date here."],
  ["unit_mismatch", "The sources use another unit here."],
  ["entity_absent", "This name is in none of the sources."],
  ["entity_mismatch", "The sources give another name here."],
  ["negation", "The sources say the opposite here."],
  ["antonym", "The sources use a word of the opposite meaning here."],
  ["comparison", "The sources compare the other way round."],
  ["attribution", "In the sources somebody else says this."],
  ["quote_not_found", "These quoted words are in none of the sources."],
  ["term_absent", "The sources use neither this word nor a form of it."],
  ["sentence_unsupported", "The sources do not carry this statement."],
]);

/** Here the sources have something in the same place, and it is another thing. Elsewhere evidence is only near. */
const CONTRADICTED = new Set([
  "number_mismatch",
  "date_mismatch",
  "unit_mismatch",
  "entity_mismatch",
  "negation",
  "antonym",
  "comparison",
  "attribution",
]);

/** @param {string} reason */
export function reasonSentence(reason) {
  const known = REASONS.get(reason);
  if (known) return known;
  const words = reason.replaceAll("_", " ").trim() || "not carried by the sources";
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}

/** What introduces the evidence of a flag. @param {string} reason */
export function evidenceIntroduction(reason) {
  return CONTRADICTED.has(reason) ? "The source has:" : "Nearest in the sources:";
}

/**
 * The verdict below an answer. A quotation was not checked, and nothing more is claimed than that it is one.
 *
 * @param {{supported?: boolean, flags?: {reason: string}[], unjudged?: object[]}|null} report
 * @param {string} [mode]
 */
export function verdict(report, mode) {
  if (!report) return mode === "extractive" ? "Quoted from the documents" : "Not checked against the sources";
  const flags = report.flags ?? [];
  if (flags.length > 0) return `${flagCount(flags)} to check`;
  if (report.supported === false) return "The sources carry this answer only in part";
  if (report.unjudged?.length) return "Every word that could be checked is carried by the sources";
  return "Every word is carried by the sources";
}

/** "1 sentence and 2 words". @param {{reason: string}[]} flags */
function flagCount(flags) {
  const sentences = flags.filter((flag) => flag.reason === "sentence_unsupported").length;
  const words = flags.length - sentences;
  return [sentences && count(sentences, "sentence"), words && count(words, "word")].filter(Boolean).join(" and ");
}

/**
 * What was kept back from the reader, or "".
 *
 * @param {{withheld?: object[], refused?: boolean}} about
 */
export function withheldWords(about) {
  const number = about.withheld?.length ?? 0;
  if (number === 0) return "";
  if (about.refused) return "An answer was written, but the documents do not carry it; it is not shown.";
  if (number === 1) return "1 sentence was withheld, because the documents do not carry it.";
  return `${count(number, "sentence")} were withheld, because the documents do not carry them.`;
}

/**
 * Where the sources contradict each other in what the answer says, or "".
 *
 * @param {{conflicts?: {a: {document_name: string}, b: {document_name: string}, what: string}[]}} about
 */
export function conflictWords(about) {
  return (about.conflicts ?? [])
    .map(({ a, b, what }) => `The sources disagree: ${what} (${a.document_name} and ${b.document_name}).`)
    .join(" ");
}

/** Where the model was asked once more: what came of it. @param {string|null|undefined} retried */
export function retriedWords(retried) {
  if (retried === "second") return "at the second attempt";
  if (retried === "first") return "asked once more, the second answer was no better";
  return retried === "failed" ? "asked once more, without an answer" : "";
}

/** @param {string|undefined} mode */
export function modeWords(mode) {
  if (mode === "extractive") return "Written without a model";
  if (mode === "generated") return "Written by the model";
  return "";
}

export const CHOICES = "Which of these do you mean";

/** Why a model's answer is not shown whole, by `degraded_reason`. */
const INCOMPLETE = new Map([
  ["looping", "The model began to repeat itself here; the rest of its answer is left out."],
  ["echo", "The model began to repeat its instructions here; the rest of its answer is left out."],
  ["cut", "The answer is cut off: the model reached its limit. Ask for a part of it."],
]);
const FAULTY = new Map([
  ["loading", "The model is still loading"],
  ["overloaded", "The model has too many requests"],
  ["looping", "The model repeated itself"],
  ["empty", "The model wrote nothing"],
  ["echo", "The model repeated its instructions"],
  ["cut", "The model's answer was cut off"],
]);

/**
 * What is said of an answer that a model should have written and did not, or only in part.
 *
 * @param {{mode?: string, degraded_reason?: string|null}} about
 */
export function degradedWords(about) {
  const reason = about.degraded_reason ?? "";
  const incomplete = about.mode === "generated" ? INCOMPLETE.get(reason) : undefined;
  if (incomplete) return incomplete;
  const cause = FAULTY.get(reason) ?? "The model is not reachable";
  return `${cause}; these are the sentences from your documents that answer best.`;
}

export const STOPPED = "Stopped. This text was not checked against the sources.";
export const STOPPED_EARLY = "Stopped before the first word.";
export const EMPTY_INDEX = "There are no documents yet";
export const REFUSED = "The documents do not answer this";
export const REFUSED_HINT = "Other words may help, or a question about something that the documents cover.";
export const KEPT = "Your question is back in the box below.";
export const GONE =
  "The document is no longer there. This is the passage as it was when the answer was written.";
export const CHANGED =
  "The document has changed since. This is the passage as it was when the answer was written.";
export const UNREAD = "The document could not be fetched. This is the passage as the answer had it.";

/**
 * What went wrong with a question, and what to do.
 *
 * @param {AskError} error
 */
export function errorSentence(error) {
  if (error.kind === "network")
    return "The service did not answer. Check that it is running, then ask again.";
  if (error.kind === "closed") return "The connection closed before the answer was complete. Ask again.";
  if (error.kind === "empty")
    return "The answer came back without a word. Ask again, perhaps in other words.";
  if (error.kind === "stream") return "The answer broke off. Ask again in a moment.";
  if (error.status === 401 || error.status === 403) {
    return "This service asks for a sign-in that you do not have yet. Whoever runs it can let you in.";
  }
  if (error.status === 429) return "Many questions at once. Wait a moment, then ask again.";
  if (error.status === 503) return "The service is not ready yet, or has too much to do. Wait a moment, then ask again.";
  if (error.status >= 500) return "Something failed inside the service. Ask again; its log names the cause.";
  return "The service could not take this question. Change it, then ask again.";
}

/**
 * The quiet line below the question box.
 *
 * @param {{documents?: number, model?: Model}} configuration
 */
export function statusLine(configuration) {
  const parts = [];
  if (configuration.documents === 0) parts.push("No documents yet: add some with groundwork ingest FOLDER");
  else if (configuration.documents) parts.push(count(configuration.documents, "document"));
  if (configuration.model) parts.push(modelWords(configuration.model));
  return parts.join(" · ");
}

/** @param {Model} model */
function modelWords(model) {
  if (!model.configured) return "extractive: no model connected";
  if (model.reachable) return `answers by ${model.name}`;
  return "the model is not reachable right now, so sentences from the documents answer";
}

/**
 * Where in a document a passage stands: "Leave › Parental leave · page 4".
 *
 * @param {{section?: string|string[]|null, page?: number|null}} citation
 */
export function place(citation) {
  const path = Array.isArray(citation.section)
    ? citation.section
    : (citation.section ?? "").split(/\s+[>›]\s+/);
  const section = path.filter(Boolean).join(" › ");
  const page = citation.page === null || citation.page === undefined ? "" : `page ${citation.page}`;
  return [section, page].filter(Boolean).join(" · ");
}

/**
 * How long the whole answer took: "1.2 s", or "" where the service does not say.
 *
 * @param {Record<string, number>|undefined} milliseconds
 */
export function totalTime(milliseconds) {
  const total = milliseconds?.total;
  return total === undefined ? "" : duration(total);
}

/**
 * "retrieve 12 ms · generate 1.2 s", in the order that the service gave.
 *
 * @param {Record<string, number>|undefined} milliseconds
 */
export function stageTimes(milliseconds) {
  return Object.entries(milliseconds ?? {})
    .filter(([stage]) => stage !== "total")
    .map(([stage, value]) => `${stage.replaceAll("_", " ")} ${duration(value)}`)
    .join(" · ");
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 1 ? "<1 ms" : `${Math.round(milliseconds)} ms`;
}

/** @param {number} number @param {string} noun one that takes an s */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** A score between 0 and 1 in percent. @param {number} score */
export function percent(score) {
  return `${Math.round(score * 100)}%`;
}
