/** The texts of the full page alone, in German. */

import type { PageWords } from "./en";

const figure = (number: number): string => number.toLocaleString("de");
const count = (number: number, one: string, many: string): string => `${figure(number)} ${number === 1 ? one : many}`;

export const de: PageWords = {
  code: "de",

  skip: "Zur Frage springen",
  skipToDocuments: "Zu den Dokumenten springen",
  navigation: "Unterhaltungen und Dokumente",
  openMenu: "Menü öffnen",
  closeMenu: "Menü schließen",
  dismiss: "Schließen",
  showMore: "Mehr anzeigen",

  conversations: "Unterhaltungen",
  noConversations: "Hier stehen später Ihre Unterhaltungen.",
  today: "Heute",
  yesterday: "Gestern",
  earlier: "Früher",
  actionsFor: (title) => `Aktionen für „${title}“`,
  rename: "Umbenennen",
  renamePrompt: "Name der Unterhaltung",
  remove: "Löschen",
  conversationRemoved: (title) => `„${title}“ wurde gelöscht.`,
  exportMarkdown: "Als Markdown exportieren",
  print: "Drucken",
  keptInBrowser: "Unterhaltungen werden nur in diesem Browser aufbewahrt.",
  storageFull:
    "Der Speicher dieses Browsers ist voll oder abgeschaltet: Neue Unterhaltungen gehen verloren, wenn Sie diese Seite schließen.",
  linkToQuestion: "Link zu dieser Frage",
  linkCopied: "Link kopiert",
  notHere: "Diese Unterhaltung ist nicht in diesem Browser.",
  notHereHint: "Ihre Frage steht unten im Feld; Sie können sie hier stellen.",

  documents: "Dokumente",
  allDocuments: "Alle Dokumente",
  find: "Dokumente finden",
  findPlaceholder: "Nach Namen filtern oder im Text suchen",
  search: "Im Text suchen",
  endSearch: "Suche beenden",
  passagesFor: (query) => `Textstellen zu „${query}“`,
  nothingFound: "Es wurde keine Textstelle gefunden.",
  noSuchName: "Kein Dokument heißt so.",
  documentsFailed: "Die Dokumente konnten nicht geladen werden.",
  searchFailed: "Die Suche ist fehlgeschlagen.",
  chunks: (chunks) => count(chunks, "Textstelle", "Textstellen"),
  pages: (pages) => count(pages, "Seite", "Seiten"),
  sameAs: (name) => `Gleicher Inhalt wie ${name}`,
  removeDocument: (name) => `Das Dokument „${name}“ löschen?`,
  removeDocumentHint:
    "Die Datei wird gelöscht, und Antworten verwenden sie nicht mehr. Das lässt sich nicht rückgängig machen.",
  documentRemoved: (name) => `„${name}“ wurde gelöscht.`,
  removeFailed: "Das Dokument konnte nicht gelöscht werden.",

  openDocument: "Ganzes Dokument anzeigen",
  showPassage: "Nur die Textstelle anzeigen",
  loadingDocument: "Das Dokument wird geladen…",
  noSuchDocument: "Dieses Dokument gibt es nicht oder nicht mehr.",
  documentFailed: "Das Dokument konnte nicht geladen werden.",
  downloadOriginal: "Original herunterladen",
  pageHeading: (page) => `Seite ${figure(page)}`,
  leftOut: "Beim Lesen dieses Dokuments ausgelassen:",
  emptyPage: "Diese Seite hat keinen Text.",

  upload: "Dokumente hinzufügen",
  chooseFiles: "Dateien auswählen",
  dropHint: "oder hier ablegen",
  replace: "Dokumente mit gleichem Namen ersetzen",
  uploads: "Gerade hinzugefügt",
  uploading: (percent) => `Wird hochgeladen: ${percent} %`,
  cancelUpload: "Hochladen abbrechen",
  queued: "Wartet darauf, gelesen zu werden…",
  stages: {
    listing: "Die Dateien werden gesichtet…",
    embedding: "Die Suche wird vorbereitet…",
    writing: "Der Index wird geschrieben…",
    removing: "Alte Fassungen werden entfernt…",
  },
  reading: (done, total) => `Wird gelesen: ${figure(done)} von ${figure(total)}`,
  secondsLeft: (seconds) => `noch etwa ${figure(seconds)} s`,
  added: (documents) => `${figure(documents)} hinzugefügt`,
  updated: (documents) => `${figure(documents)} aktualisiert`,
  unchanged: (documents) => `${figure(documents)} unverändert`,
  failed: (documents) => `${figure(documents)} nicht gelesen`,
  uploadFailed: (files) =>
    files > 1
      ? "Das Hochladen ist fehlgeschlagen: Keine dieser Dateien wurde hinzugefügt."
      : "Das Hochladen ist fehlgeschlagen.",
  jobFailed: "Die Dokumente konnten nicht gelesen werden.",
  jobCancelled: "Das Lesen wurde abgebrochen.",
  renamed: (name, id) => `Ein anderes Dokument heißt ${name}: Dieses hier ist ${id}.`,
  isHere: (name) => `${name} war schon da.`,
  unread: "Nicht gelesen",
  notRead: (reason) => `Nicht gelesen: ${reason}`,
};
