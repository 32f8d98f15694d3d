/**
 * Every text of the interface, in English. The other languages have the same keys.
 *
 * A text with values is a function. Texts that a domain sets (title, greeting, suggestions) are not here.
 */

import type { DegradedReason, FlagReason, UnjudgedReason } from "../api/types";

const count = (number: number, noun: string): string =>
  `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/** The text of a contradiction: without what the source says in that place, and with it. */
export interface Contradiction {
  readonly plain: string;
  readonly quoting: (found: string) => string;
}

const absent = "Not in the sources";
const instead = (found: string): string => `The sources say ${found}`;
const opposite = (found: string): string => `The sources say the opposite: “${found}”`;

export const en = {
  code: "en",

  // The frame
  chat: "Chat",
  open: "Open the chat",
  close: "Close the chat",
  newConversation: "New conversation",
  conversation: "Conversation",

  // Asking
  question: "Your question",
  placeholder: "Ask a question",
  ask: "Ask",
  stop: "Stop",
  keys: "Enter sends, Shift+Enter starts a new line",
  suggestions: "Suggested questions",
  youAsked: "You asked",

  // Waiting
  connecting: "Waiting for the service…",
  searching: "Searching the documents…",
  reading: (passages: number) => `Reading ${count(passages, "passage")}…`,
  writing: "Writing the answer…",

  // The legend below the first question
  legend: "How to read an answer",
  legendMarker: "opens the passage that a sentence comes from.",
  legendHard: "are not in the sources, or the sources say something else.",
  legendSoft: "may be in the sources in other words. Select one to see why.",
  legendSample: "words",

  // Citations and passages
  source: (index: number, name: string) => `Source ${index}: ${name}`,
  sources: "Sources",
  notCited: (passages: number) => `${count(passages, "more passage")} read, not cited`,
  match: (percent: number) => `${percent}% match`,
  matchTitle: "How likely this passage answers the question",
  page: (page: number) => `page ${page}`,
  passageInDocument: "The passage in its document",
  closePassage: "Close the passage",
  openOriginal: "Open the original",
  earlierText: "Show earlier text",
  laterText: "Show later text",
  documentGone: "The document no longer exists. This is the passage as it was when the answer was written.",
  documentChanged: "The document has changed since. This is the passage as it was when the answer was written.",
  documentUnread: "The document could not be loaded. This is the passage as the answer quoted it.",
  table: "Table",

  // Grounding
  /** What the check of an answer means, in one line; the three in the middle can follow one another. */
  summary: {
    supported: "Everything here is in the sources.",
    partlyChecked: "Everything that could be checked is in the sources.",
    nothingToCheck: "There was nothing to check here.",
    contradicted: (sentences: number) =>
      `${count(sentences, "statement")} ${sentences === 1 ? "contradicts" : "contradict"} the sources.`,
    absent: (sentences: number) =>
      `${count(sentences, "statement")} ${sentences === 1 ? "is" : "are"} not in the sources.`,
    doubtful: (sentences: number) => `${count(sentences, "statement")} may not be fully in the sources.`,
    notChecked: (why: string) => `Not checked: the answer is ${why}.`,
  },
  /** What the absence of marks does not mean; below the line, where the reader opens it. */
  meaning:
    "The check compares words; it does not understand them. What is marked may be in the sources in other words, and what is not marked can still be wrong.",
  notChecked: (why: string) => `Not checked: ${why}`,
  /** Why a part was not checked, or the whole answer: "Not checked: …", "the answer is …". */
  unjudged: {
    from_question: "only the question says this",
    abstention: "it says what the sources do not have",
    question: "a question to you",
    unsupported_script: "in a script that the check cannot read",
    unsupported_language: "in a language that the check does not know",
    other_language: "in another language than its sources",
  } satisfies Record<UnjudgedReason, string>,
  quoted: "Quoted from the documents",
  unchecked: "Not checked against the sources",
  nearestInSources: "Nearest in the sources:",
  openSource: (index: number) => `Open [${index}]`,
  /** What is wrong with marked words. A contradiction has a second text, which quotes what the source says instead. */
  reasons: {
    number_mismatch: { plain: "The sources give another number", quoting: instead },
    number_absent: absent,
    date_mismatch: { plain: "The sources give another date", quoting: instead },
    date_absent: absent,
    unit_mismatch: { plain: "The sources use another unit", quoting: instead },
    entity_mismatch: { plain: "The sources give another name", quoting: instead },
    entity_absent: absent,
    negation: { plain: "The sources say the opposite", quoting: opposite },
    antonym: { plain: "The sources say the opposite", quoting: opposite },
    quote_not_found: "This quotation is not in the sources",
    term_absent: "This wording is not in the sources",
    sentence_unsupported: "Hardly anything here is in the sources",
  } satisfies Record<FlagReason, string | Contradiction>,
  reasonUnknown: "Not supported by the sources",
  withheld: (sentences: number) =>
    sentences === 1
      ? "1 sentence was withheld, because the documents do not support it."
      : `${count(sentences, "sentence")} were withheld, because the documents do not support them.`,
  withheldAnswer: "An answer was written, but the documents do not support it; it is not shown.",
  conflict: "The sources disagree",
  conflictSides: (what: string, a: string, b: string) => `${what} (${a} and ${b})`,

  // How it was made
  writtenByModel: "Written by the model",
  writtenWithoutModel: "Written without a model",
  retriedSecond: "at the second attempt",
  retriedFirst: "asked a second time, the answer was no better",
  retriedFailed: "asked a second time, without an answer",
  degraded: {
    loading: "The model is still loading",
    unreachable: "The model is not reachable",
    overloaded: "The model has too many requests",
    looping: "The model repeated itself",
    empty: "The model wrote nothing",
    echo: "The model repeated its instructions",
    cut: "The model's answer was cut off",
  } satisfies Record<DegradedReason, string>,
  degradedInstead: (cause: string) => `${cause}; these are the sentences from your documents that answer best.`,
  incomplete: {
    looping: "The model began to repeat itself here; the rest of its answer is left out.",
    echo: "The model began to repeat its instructions here; the rest of its answer is left out.",
    cut: "The answer is cut off: the model reached its limit. Ask for a part of it.",
  } as Partial<Record<DegradedReason, string>>,

  // Other outcomes
  refused: "The documents do not answer this",
  refusedHint: "Other words may help, or a question about something that the documents cover.",
  nearest: "The closest passages",
  emptyIndex: "There are no documents yet",
  choices: "Which of these do you mean?",
  stopped: "Stopped. This text was not checked against the sources.",
  stoppedEarly: "Stopped before the first word.",

  // Failures
  retry: "Try again",
  retryIn: (seconds: number) => `Try again in ${count(seconds, "second")}`,
  offline: "You are offline. Your question is kept; try again when you are connected.",
  networkFailed: "The service did not answer. Try again in a moment.",
  closedEarly: "The connection was lost before the answer was complete. The part that arrived is kept.",
  brokeOff: "The answer broke off. Try again in a moment.",
  emptyAnswer: "The answer was empty. Try again, perhaps in other words.",
  notSignedIn: "You are not signed in, or may not ask here.",
  notAllowedHere: "This chat is not set up for this site. Please inform the owner of the site.",
  tooMany: "Too many questions at once.",
  overloaded: "The service is busy or not ready yet.",
  serverFailed: "Something failed inside the service.",
  invalidQuestion: "The service could not take this question. Change it, then ask again.",
  tooLong: (characters: number) => `The question is too long: at most ${characters.toLocaleString("en")} characters.`,
  serviceSaid: (message: string) => `The service said: ${message}`,

  // After an answer
  copy: "Copy answer",
  copied: "Copied",
  copyFailed: "The browser did not allow it",
  helpful: "This helped",
  notHelpful: "This did not help",
  whatWasWrong: "What was wrong?",
  feedbackReasons: { wrong: "Wrong", incomplete: "Incomplete", source: "Wrong source", unclear: "Hard to understand" },
  comment: "Comment (optional)",
  sendFeedback: "Send",
  cancel: "Cancel",
  feedbackGiven: "Thank you for the feedback.",
  feedbackFailed: "The feedback could not be sent.",
  undo: "Undo",
  handover: "Ask a person",

  // The service
  documentCount: (documents: number) => count(documents, "document"),
  status: {
    noDocuments: "No documents yet",
    extractive: "answers without a model",
    model: (name: string) => `answers by ${name}`,
    loading: "the model is loading: sentences from the documents answer",
    unreachable: "the model is not reachable: sentences from the documents answer",
  },
};

/** The texts of one language. */
export type Words = typeof en;
