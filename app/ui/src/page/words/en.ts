/** The texts of the full page alone, in English. The other languages have the same keys. */

const figure = (number: number): string => number.toLocaleString("en");
const count = (number: number, noun: string): string => `${figure(number)} ${noun}${number === 1 ? "" : "s"}`;

export const en = {
  code: "en",

  // The frame
  skip: "Skip to the question",
  skipToDocuments: "Skip to the documents",
  navigation: "Conversations and documents",
  openMenu: "Open the menu",
  closeMenu: "Close the menu",
  administration: "Administration",
  dismiss: "Dismiss",
  showMore: "Show more",

  // Signing in
  signIn: "Sign in",
  signOut: "Sign out",
  signedInAs: (name: string) => `Signed in as ${name}`,
  mayNotAsk: "You may not ask questions here",
  signInFailed: "The sign-in failed. Try again.",
  signOutFailed: "You could not be signed out.",
  signInAtProxy: "Sign in where your organization signs you in, and load this page again.",
  reload: "Load again",
  apiKey: "API key",
  apiKeyHint: "The people who run this service give you one.",

  // Conversations
  conversations: "Conversations",
  noConversations: "Your conversations will be listed here.",
  today: "Today",
  yesterday: "Yesterday",
  earlier: "Earlier",
  actionsFor: (title: string) => `Actions for “${title}”`,
  rename: "Rename",
  renamePrompt: "Name of the conversation",
  remove: "Delete",
  conversationRemoved: (title: string) => `“${title}” was deleted.`,
  exportMarkdown: "Export as Markdown",
  print: "Print",
  keptInBrowser: "Conversations are kept in this browser only.",
  storageFull: "This browser's storage is full or switched off: new conversations are lost when you close this page.",
  linkToQuestion: "Link to this question",
  linkCopied: "Link copied",
  notHere: "This conversation is not in this browser.",
  notHereHint: "Its question is in the box below; you can ask it here.",

  // Documents
  documents: "Documents",
  allDocuments: "All documents",
  find: "Find documents",
  findPlaceholder: "Filter by name, or search in the text",
  search: "Search in the text",
  endSearch: "End the search",
  passagesFor: (query: string) => `Passages for “${query}”`,
  nothingFound: "No passage was found.",
  noSuchName: "No document has this in its name.",
  documentsFailed: "The documents could not be loaded.",
  searchFailed: "The search failed.",
  chunks: (chunks: number) => count(chunks, "passage"),
  pages: (pages: number) => count(pages, "page"),
  sameAs: (name: string) => `Same content as ${name}`,
  removeDocument: (name: string) => `Delete the document “${name}”?`,
  removeDocumentHint: "Its file is deleted, and answers no longer use it. This cannot be undone.",
  documentRemoved: (name: string) => `“${name}” was deleted.`,
  removeFailed: "The document could not be deleted.",

  // One document
  openDocument: "Show the whole document",
  showPassage: "Show the passage alone",
  loadingDocument: "Loading the document…",
  noSuchDocument: "This document does not exist, or no longer does.",
  documentFailed: "The document could not be loaded.",
  downloadOriginal: "Download the original",
  pageHeading: (page: number) => `Page ${figure(page)}`,
  leftOut: "Left out when this document was read:",
  emptyPage: "This page has no text.",

  // Adding documents
  upload: "Add documents",
  chooseFiles: "Choose files",
  dropHint: "or drop them here",
  replace: "Replace documents of the same name",
  uploads: "Added now",
  uploading: (percent: number) => `Uploading: ${percent}%`,
  cancelUpload: "Cancel the upload",
  queued: "Waiting to be read…",
  stages: {
    listing: "Looking through the files…",
    embedding: "Preparing the search…",
    writing: "Writing to the index…",
    removing: "Removing old versions…",
  },
  reading: (done: number, total: number) => `Reading: ${figure(done)} of ${figure(total)}`,
  secondsLeft: (seconds: number) => `about ${figure(seconds)} s left`,
  added: (documents: number) => `${figure(documents)} added`,
  updated: (documents: number) => `${figure(documents)} updated`,
  unchanged: (documents: number) => `${figure(documents)} unchanged`,
  failed: (documents: number) => `${figure(documents)} not read`,
  uploadFailed: (files: number): string =>
    files > 1 ? "The upload failed: none of these files was added." : "The upload failed.",
  jobFailed: "The documents could not be read.",
  jobCancelled: "Reading was cancelled.",
  renamed: (name: string, id: string) => `Another document is called ${name}: this one is ${id}.`,
  isHere: (name: string) => `${name} was here already.`,
  unread: "Not read",
  notRead: (reason: string) => `Not read: ${reason}`,
};

/** The page's texts of one language. */
export type PageWords = typeof en;
