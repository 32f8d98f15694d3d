/** The texts in German. */

import type { Words } from "./en";

const figure = (number: number): string => number.toLocaleString("de");
const count = (number: number, one: string, many: string): string => `${figure(number)} ${number === 1 ? one : many}`;

const absent = "Nicht in den Quellen";
const instead = (found: string): string => `In den Quellen steht ${found}`;
const opposite = (found: string): string => `In den Quellen steht das Gegenteil: „${found}“`;

export const de: Words = {
  code: "de",

  chat: "Chat",
  open: "Chat öffnen",
  close: "Chat schließen",
  newConversation: "Neue Unterhaltung",
  conversation: "Unterhaltung",

  question: "Ihre Frage",
  placeholder: "Stellen Sie eine Frage",
  ask: "Fragen",
  stop: "Anhalten",
  keys: "Enter sendet, Umschalt+Enter beginnt eine neue Zeile",
  suggestions: "Vorgeschlagene Fragen",
  youAsked: "Sie haben gefragt",

  connecting: "Warten auf den Dienst…",
  searching: "Die Dokumente werden durchsucht…",
  reading: (passages) =>
    passages === 1 ? "1 Textstelle wird gelesen…" : `${figure(passages)} Textstellen werden gelesen…`,
  writing: "Die Antwort wird geschrieben…",

  legend: "So lesen Sie eine Antwort",
  legendMarker: "öffnet die Textstelle, aus der ein Satz stammt.",
  legendHard: "stehen nicht in den Quellen, oder die Quellen sagen etwas anderes.",
  legendSoft: "stehen vielleicht mit anderen Worten in den Quellen. Wählen Sie sie aus, um den Grund zu sehen.",
  legendSample: "Wörter",

  source: (index, name) => `Quelle ${index}: ${name}`,
  sources: "Quellen",
  notCited: (passages) => `${count(passages, "weitere Textstelle", "weitere Textstellen")} gelesen, nicht zitiert`,
  match: (percent) => `passt zu ${percent} %`,
  matchTitle: "Wie wahrscheinlich diese Textstelle die Frage beantwortet",
  page: (page) => `Seite ${page}`,
  passageInDocument: "Die Textstelle im Dokument",
  closePassage: "Textstelle schließen",
  openOriginal: "Original öffnen",
  earlierText: "Text davor anzeigen",
  laterText: "Text danach anzeigen",
  documentGone: "Das Dokument gibt es nicht mehr. Sie sehen die Textstelle in der Fassung, aus der die Antwort entstand.",
  documentChanged:
    "Das Dokument wurde seitdem geändert. Sie sehen die Textstelle in der Fassung, aus der die Antwort entstand.",
  documentUnread: "Das Dokument konnte nicht geladen werden. Sie sehen die Textstelle, wie die Antwort sie zitiert.",
  table: "Tabelle",

  summary: {
    supported: "Alles hier steht in den Quellen.",
    partlyChecked: "Alles, was sich prüfen ließ, steht in den Quellen.",
    nothingToCheck: "Hier gab es nichts zu prüfen.",
    contradicted: (sentences) =>
      `${count(sentences, "Aussage widerspricht", "Aussagen widersprechen")} den Quellen.`,
    absent: (sentences) => `${count(sentences, "Aussage steht", "Aussagen stehen")} nicht in den Quellen.`,
    doubtful: (sentences) => `${count(sentences, "Aussage steht", "Aussagen stehen")} vielleicht nicht ganz in den Quellen.`,
    notChecked: (why) => `Nicht geprüft: Die Antwort ist ${why}.`,
  },
  meaning:
    "Die Prüfung vergleicht Wörter; sie versteht sie nicht. Was markiert ist, steht vielleicht mit anderen Worten in den Quellen, und was nicht markiert ist, kann trotzdem falsch sein.",
  notChecked: (why) => `Nicht geprüft: ${why}`,
  unjudged: {
    from_question: "nur die Frage sagt das",
    abstention: "hier steht, was die Quellen nicht enthalten",
    question: "eine Frage an Sie",
    unsupported_script: "in einer Schrift, die die Prüfung nicht lesen kann",
    unsupported_language: "in einer Sprache, die die Prüfung nicht kennt",
    other_language: "in einer anderen Sprache als ihre Quellen",
  },
  quoted: "Wörtlich aus den Dokumenten",
  unchecked: "Nicht anhand der Quellen geprüft",
  nearestInSources: "Am nächsten kommt in den Quellen:",
  openSource: (index) => `[${index}] öffnen`,
  reasons: {
    number_mismatch: { plain: "In den Quellen steht eine andere Zahl", quoting: instead },
    number_absent: absent,
    date_mismatch: { plain: "In den Quellen steht ein anderes Datum", quoting: instead },
    date_absent: absent,
    unit_mismatch: { plain: "In den Quellen steht eine andere Einheit", quoting: instead },
    entity_mismatch: { plain: "In den Quellen steht ein anderer Name", quoting: instead },
    entity_absent: absent,
    negation: { plain: "In den Quellen steht das Gegenteil", quoting: opposite },
    antonym: { plain: "In den Quellen steht das Gegenteil", quoting: opposite },
    quote_not_found: "Dieses Zitat steht nicht in den Quellen",
    term_absent: "Dieser Wortlaut steht nicht in den Quellen",
    sentence_unsupported: "Kaum etwas davon steht in den Quellen",
  },
  reasonUnknown: "Von den Quellen nicht belegt",
  withheld: (sentences) =>
    sentences === 1
      ? "1 Satz wurde zurückgehalten, weil die Dokumente ihn nicht belegen."
      : `${figure(sentences)} Sätze wurden zurückgehalten, weil die Dokumente sie nicht belegen.`,
  withheldAnswer: "Eine Antwort wurde geschrieben, aber die Dokumente belegen sie nicht; sie wird nicht angezeigt.",
  conflict: "Die Quellen widersprechen sich",
  conflictSides: (what, a, b) => `${what} (${a} und ${b})`,

  writtenByModel: "Vom Modell geschrieben",
  writtenWithoutModel: "Ohne Modell geschrieben",
  retriedSecond: "im zweiten Versuch",
  retriedFirst: "ein zweites Mal gefragt, die Antwort war nicht besser",
  retriedFailed: "ein zweites Mal gefragt, ohne Antwort",
  degraded: {
    loading: "Das Modell wird noch geladen",
    unreachable: "Das Modell ist nicht erreichbar",
    overloaded: "Das Modell hat zu viele Anfragen",
    looping: "Das Modell hat sich wiederholt",
    empty: "Das Modell hat nichts geschrieben",
    echo: "Das Modell hat seine Anweisungen wiederholt",
    cut: "Die Antwort des Modells wurde abgeschnitten",
  },
  degradedInstead: (cause) => `${cause}; hier sind die Sätze aus Ihren Dokumenten, die am besten antworten.`,
  incomplete: {
    looping: "Ab hier hat sich das Modell wiederholt; der Rest seiner Antwort ist weggelassen.",
    echo: "Ab hier hat das Modell seine Anweisungen wiederholt; der Rest seiner Antwort ist weggelassen.",
    cut: "Die Antwort ist abgeschnitten: Das Modell hat seine Grenze erreicht. Fragen Sie nach einem Teil davon.",
  },

  refused: "Die Dokumente beantworten das nicht",
  refusedHint: "Vielleicht helfen andere Wörter oder eine Frage zu etwas, das in den Dokumenten steht.",
  nearest: "Die ähnlichsten Textstellen",
  emptyIndex: "Es gibt noch keine Dokumente",
  choices: "Was davon meinen Sie?",
  stopped: "Angehalten. Dieser Text wurde nicht anhand der Quellen geprüft.",
  stoppedEarly: "Vor dem ersten Wort angehalten.",

  retry: "Erneut versuchen",
  retryIn: (seconds) => `Erneut versuchen in ${count(seconds, "Sekunde", "Sekunden")}`,
  offline: "Sie sind offline. Ihre Frage bleibt erhalten; versuchen Sie es erneut, sobald Sie verbunden sind.",
  networkFailed: "Der Dienst hat nicht geantwortet. Versuchen Sie es gleich noch einmal.",
  closedEarly: "Die Verbindung brach ab, bevor die Antwort vollständig war. Der empfangene Teil bleibt erhalten.",
  brokeOff: "Die Antwort ist abgebrochen. Versuchen Sie es gleich noch einmal.",
  emptyAnswer: "Die Antwort war leer. Versuchen Sie es noch einmal, vielleicht mit anderen Worten.",
  notSignedIn: "Sie sind nicht angemeldet oder dürfen hier nicht fragen.",
  notAllowedHere: "Dieser Chat ist für diese Website nicht eingerichtet. Bitte informieren Sie den Betreiber der Website.",
  tooMany: "Zu viele Fragen auf einmal.",
  overloaded: "Der Dienst ist ausgelastet oder noch nicht bereit.",
  serverFailed: "Im Dienst ist ein Fehler aufgetreten.",
  invalidQuestion: "Der Dienst konnte diese Frage nicht annehmen. Ändern Sie sie und fragen Sie noch einmal.",
  tooLong: (characters) => `Die Frage ist zu lang: höchstens ${figure(characters)} Zeichen.`,
  serviceSaid: (message) => `Meldung des Dienstes: ${message}`,

  copy: "Antwort kopieren",
  copied: "Kopiert",
  copyFailed: "Der Browser hat es nicht erlaubt",
  helpful: "Das hat geholfen",
  notHelpful: "Das hat nicht geholfen",
  whatWasWrong: "Was stimmte nicht?",
  feedbackReasons: {
    wrong: "Falsch",
    incomplete: "Unvollständig",
    source: "Falsche Quelle",
    unclear: "Schwer verständlich",
  },
  comment: "Kommentar (freiwillig)",
  sendFeedback: "Senden",
  cancel: "Abbrechen",
  feedbackGiven: "Vielen Dank für Ihre Rückmeldung.",
  feedbackFailed: "Die Rückmeldung konnte nicht gesendet werden.",
  undo: "Rückgängig machen",
  handover: "Mit einer Person sprechen",

  documentCount: (documents) => count(documents, "Dokument", "Dokumente"),
  status: {
    noDocuments: "Noch keine Dokumente",
    extractive: "antwortet ohne Modell",
    model: (name) => `Antworten von ${name}`,
    loading: "das Modell wird geladen: Sätze aus den Dokumenten antworten",
    unreachable: "das Modell ist nicht erreichbar: Sätze aus den Dokumenten antworten",
  },
};
