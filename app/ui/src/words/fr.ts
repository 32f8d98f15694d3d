/** The texts in French. Spaces before : ; ? ! % and inside « » are no-break spaces. */

import type { Words } from "./en";

const figure = (number: number): string => number.toLocaleString("fr");
/** Zero is singular. */
const count = (number: number, one: string, many: string): string => `${figure(number)} ${number < 2 ? one : many}`;

const absent = "Absent des sources";
const instead = (found: string): string => `Les sources indiquent ${found}`;
const opposite = (found: string): string => `Les sources disent le contraire : « ${found} »`;

export const fr: Words = {
  code: "fr",

  chat: "Chat",
  open: "Ouvrir le chat",
  close: "Fermer le chat",
  newConversation: "Nouvelle conversation",
  conversation: "Conversation",

  question: "Votre question",
  placeholder: "Posez une question",
  ask: "Envoyer",
  stop: "Arrêter",
  keys: "Entrée envoie, Maj+Entrée commence une nouvelle ligne",
  suggestions: "Questions suggérées",
  youAsked: "Vous avez demandé",

  connecting: "En attente du service…",
  searching: "Recherche dans les documents…",
  reading: (passages) => `Lecture de ${count(passages, "passage", "passages")}…`,
  writing: "Rédaction de la réponse…",

  legend: "Comment lire une réponse",
  legendMarker: "ouvre le passage d’où vient une phrase.",
  legendHard: "ne figurent pas dans les sources, ou les sources disent autre chose.",
  legendSoft: "figurent peut-être dans les sources en d’autres termes. Sélectionnez-en un pour voir pourquoi.",
  legendSample: "mots",

  source: (index, name) => `Source ${index} : ${name}`,
  sources: "Sources",
  notCited: (passages) => count(passages, "autre passage lu, non cité", "autres passages lus, non cités"),
  match: (percent) => `pertinent à ${percent} %`,
  matchTitle: "La probabilité que ce passage réponde à la question",
  page: (page) => `page ${page}`,
  passageInDocument: "Le passage dans son document",
  closePassage: "Fermer le passage",
  openOriginal: "Ouvrir l’original",
  earlierText: "Afficher le texte qui précède",
  laterText: "Afficher le texte qui suit",
  documentGone: "Le document n’existe plus. Voici le passage tel qu’il était lors de la rédaction de la réponse.",
  documentChanged: "Le document a changé depuis. Voici le passage tel qu’il était lors de la rédaction de la réponse.",
  documentUnread: "Le document n’a pas pu être chargé. Voici le passage tel que la réponse le cite.",
  table: "Tableau",

  summary: {
    supported: "Tout ce qui est dit ici figure dans les sources.",
    partlyChecked: "Tout ce qui a pu être vérifié figure dans les sources.",
    nothingToCheck: "Il n’y avait rien à vérifier ici.",
    contradicted: (sentences) => `${count(sentences, "affirmation contredit", "affirmations contredisent")} les sources.`,
    absent: (sentences) =>
      `${count(sentences, "affirmation ne figure pas", "affirmations ne figurent pas")} dans les sources.`,
    doubtful: (sentences) =>
      `${count(sentences, "affirmation ne figure peut-être pas entièrement", "affirmations ne figurent peut-être pas entièrement")} dans les sources.`,
    notChecked: (why) => `Non vérifiée : la réponse est ${why}.`,
  },
  meaning:
    "La vérification compare des mots ; elle ne les comprend pas. Ce qui est signalé figure peut-être dans les sources en d’autres termes, et ce qui ne l’est pas peut tout de même être faux.",
  notChecked: (why) => `Non vérifié : ${why}`,
  unjudged: {
    from_question: "seule la question le dit",
    abstention: "ce passage dit ce que les sources ne contiennent pas",
    question: "une question qui vous est posée",
    unsupported_script: "dans une écriture que la vérification ne lit pas",
    unsupported_language: "dans une langue que la vérification ne connaît pas",
    other_language: "dans une autre langue que ses sources",
  },
  quoted: "Cité d’après les documents",
  unchecked: "Non vérifié d’après les sources",
  nearestInSources: "Le plus proche dans les sources :",
  openSource: (index) => `Ouvrir [${index}]`,
  reasons: {
    number_mismatch: { plain: "Les sources donnent un autre nombre", quoting: instead },
    number_absent: absent,
    date_mismatch: { plain: "Les sources donnent une autre date", quoting: instead },
    date_absent: absent,
    unit_mismatch: { plain: "Les sources emploient une autre unité", quoting: instead },
    entity_mismatch: { plain: "Les sources donnent un autre nom", quoting: instead },
    entity_absent: absent,
    negation: { plain: "Les sources disent le contraire", quoting: opposite },
    antonym: { plain: "Les sources disent le contraire", quoting: opposite },
    quote_not_found: "Cette citation ne figure pas dans les sources",
    term_absent: "Cette formulation ne figure pas dans les sources",
    sentence_unsupported: "Presque rien de ceci ne figure dans les sources",
  },
  reasonUnknown: "Non étayé par les sources",
  withheld: (sentences) =>
    sentences < 2
      ? `${figure(sentences)} phrase a été retirée, car les documents ne l’étayent pas.`
      : `${figure(sentences)} phrases ont été retirées, car les documents ne les étayent pas.`,
  withheldAnswer: "Une réponse a été rédigée, mais les documents ne l’étayent pas ; elle n’est pas affichée.",
  conflict: "Les sources se contredisent",
  conflictSides: (what, a, b) => `${what} (${a} et ${b})`,

  writtenByModel: "Rédigé par le modèle",
  writtenWithoutModel: "Rédigé sans modèle",
  retriedSecond: "à la deuxième tentative",
  retriedFirst: "interrogé une deuxième fois, sans meilleure réponse",
  retriedFailed: "interrogé une deuxième fois, sans réponse",
  degraded: {
    loading: "Le modèle est encore en cours de chargement",
    unreachable: "Le modèle est injoignable",
    overloaded: "Le modèle reçoit trop de demandes",
    looping: "Le modèle s’est répété",
    empty: "Le modèle n’a rien écrit",
    echo: "Le modèle a répété ses instructions",
    cut: "La réponse du modèle a été coupée",
  },
  degradedInstead: (cause) => `${cause} ; voici les phrases de vos documents qui répondent le mieux.`,
  incomplete: {
    looping: "Le modèle a commencé à se répéter ici ; la suite de sa réponse est omise.",
    echo: "Le modèle a commencé à répéter ses instructions ici ; la suite de sa réponse est omise.",
    cut: "La réponse est coupée : le modèle a atteint sa limite. Posez une question sur une partie seulement.",
  },

  refused: "Les documents n’y répondent pas",
  refusedHint: "Essayez d’autres mots, ou une question sur un sujet que les documents traitent.",
  nearest: "Les passages les plus proches",
  emptyIndex: "Il n’y a pas encore de documents",
  choices: "De quoi parlez-vous ?",
  stopped: "Arrêté. Ce texte n’a pas été vérifié d’après les sources.",
  stoppedEarly: "Arrêté avant le premier mot.",

  retry: "Réessayer",
  retryIn: (seconds) => `Réessayer dans ${count(seconds, "seconde", "secondes")}`,
  offline: "Vous êtes hors ligne. Votre question est conservée ; réessayez une fois la connexion rétablie.",
  networkFailed: "Le service n’a pas répondu. Réessayez dans un instant.",
  closedEarly: "La connexion a été perdue avant la fin de la réponse. La partie reçue est conservée.",
  brokeOff: "La réponse s’est interrompue. Réessayez dans un instant.",
  emptyAnswer: "La réponse était vide. Réessayez, peut-être avec d’autres mots.",
  notSignedIn: "Vous n’êtes pas connecté, ou vous ne pouvez pas poser de questions ici.",
  notAllowedHere: "Ce chat n’est pas configuré pour ce site. Veuillez en informer le responsable du site.",
  tooMany: "Trop de questions à la fois.",
  overloaded: "Le service est surchargé ou n’est pas encore prêt.",
  serverFailed: "Une erreur s’est produite dans le service.",
  invalidQuestion: "Le service n’a pas pu traiter cette question. Modifiez-la, puis réessayez.",
  tooLong: (characters) => `La question est trop longue : ${figure(characters)} caractères au maximum.`,
  serviceSaid: (message) => `Message du service : ${message}`,

  copy: "Copier la réponse",
  copied: "Copié",
  copyFailed: "Le navigateur ne l’a pas permis",
  helpful: "Cela m’a aidé",
  notHelpful: "Cela ne m’a pas aidé",
  whatWasWrong: "Qu’est-ce qui n’allait pas ?",
  feedbackReasons: {
    wrong: "Faux",
    incomplete: "Incomplet",
    source: "Mauvaise source",
    unclear: "Difficile à comprendre",
  },
  comment: "Commentaire (facultatif)",
  sendFeedback: "Envoyer",
  cancel: "Annuler",
  feedbackGiven: "Merci pour votre avis.",
  feedbackFailed: "L’avis n’a pas pu être envoyé.",
  undo: "Annuler l’avis",
  handover: "Contacter une personne",

  documentCount: (documents) => count(documents, "document", "documents"),
  status: {
    noDocuments: "Pas encore de documents",
    extractive: "répond sans modèle",
    model: (name) => `réponses de ${name}`,
    loading: "le modèle se charge : des phrases des documents répondent",
    unreachable: "le modèle est injoignable : des phrases des documents répondent",
  },
};
