/** The texts in Spanish. */

import type { Words } from "./en";

const figure = (number: number): string => number.toLocaleString("es");
const count = (number: number, one: string, many: string): string => `${figure(number)} ${number === 1 ? one : many}`;

const absent = "No está en las fuentes";
const instead = (found: string): string => `Las fuentes dicen ${found}`;
const opposite = (found: string): string => `Las fuentes dicen lo contrario: «${found}»`;

export const es: Words = {
  code: "es",

  chat: "Chat",
  open: "Abrir el chat",
  close: "Cerrar el chat",
  newConversation: "Nueva conversación",
  conversation: "Conversación",

  question: "Su pregunta",
  placeholder: "Haga una pregunta",
  ask: "Preguntar",
  stop: "Detener",
  keys: "Intro envía, Mayús+Intro empieza una línea nueva",
  suggestions: "Preguntas sugeridas",
  youAsked: "Usted preguntó",

  connecting: "Esperando al servicio…",
  searching: "Buscando en los documentos…",
  reading: (passages) => `Leyendo ${count(passages, "pasaje", "pasajes")}…`,
  writing: "Escribiendo la respuesta…",

  legend: "Cómo leer una respuesta",
  legendMarker: "abre el pasaje del que procede una frase.",
  legendHard: "no están en las fuentes, o las fuentes dicen otra cosa.",
  legendSoft: "quizá estén en las fuentes con otras palabras. Seleccione una para ver el motivo.",
  legendSample: "palabras",

  source: (index, name) => `Fuente ${index}: ${name}`,
  sources: "Fuentes",
  notCited: (passages) => count(passages, "pasaje más leído, sin citar", "pasajes más leídos, sin citar"),
  match: (percent) => `coincide al ${percent} %`,
  matchTitle: "La probabilidad de que este pasaje responda a la pregunta",
  page: (page) => `página ${page}`,
  passageInDocument: "El pasaje en su documento",
  closePassage: "Cerrar el pasaje",
  openOriginal: "Abrir el original",
  earlierText: "Mostrar el texto anterior",
  laterText: "Mostrar el texto posterior",
  documentGone: "El documento ya no existe. Este es el pasaje tal como era cuando se escribió la respuesta.",
  documentChanged: "El documento ha cambiado desde entonces. Este es el pasaje tal como era cuando se escribió la respuesta.",
  documentUnread: "No se pudo cargar el documento. Este es el pasaje tal como lo cita la respuesta.",
  table: "Tabla",

  summary: {
    supported: "Todo lo que se dice aquí está en las fuentes.",
    partlyChecked: "Todo lo que se pudo comprobar está en las fuentes.",
    nothingToCheck: "Aquí no había nada que comprobar.",
    contradicted: (sentences) => `${count(sentences, "afirmación contradice", "afirmaciones contradicen")} las fuentes.`,
    absent: (sentences) => `${count(sentences, "afirmación no está", "afirmaciones no están")} en las fuentes.`,
    doubtful: (sentences) =>
      `${count(sentences, "afirmación quizá no esté del todo", "afirmaciones quizá no estén del todo")} en las fuentes.`,
    notChecked: (why) => `Sin comprobar: la respuesta está ${why}.`,
  },
  meaning:
    "La comprobación compara palabras; no las entiende. Lo marcado quizá esté en las fuentes con otras palabras, y lo no marcado puede ser incorrecto.",
  notChecked: (why) => `Sin comprobar: ${why}`,
  unjudged: {
    from_question: "solo la pregunta lo dice",
    abstention: "dice lo que las fuentes no contienen",
    question: "una pregunta para usted",
    unsupported_script: "en una escritura que la comprobación no lee",
    unsupported_language: "en un idioma que la comprobación no conoce",
    other_language: "en un idioma distinto al de sus fuentes",
  },
  quoted: "Citado de los documentos",
  unchecked: "Sin comprobar con las fuentes",
  nearestInSources: "Lo más parecido en las fuentes:",
  openSource: (index) => `Abrir [${index}]`,
  reasons: {
    number_mismatch: { plain: "Las fuentes dan otro número", quoting: instead },
    number_absent: absent,
    date_mismatch: { plain: "Las fuentes dan otra fecha", quoting: instead },
    date_absent: absent,
    unit_mismatch: { plain: "Las fuentes usan otra unidad", quoting: instead },
    entity_mismatch: { plain: "Las fuentes dan otro nombre", quoting: instead },
    entity_absent: absent,
    negation: { plain: "Las fuentes dicen lo contrario", quoting: opposite },
    antonym: { plain: "Las fuentes dicen lo contrario", quoting: opposite },
    quote_not_found: "Esta cita no está en las fuentes",
    term_absent: "Esta formulación no está en las fuentes",
    sentence_unsupported: "Casi nada de esto está en las fuentes",
  },
  reasonUnknown: "Las fuentes no lo respaldan",
  withheld: (sentences) =>
    sentences === 1
      ? "Se ha omitido 1 frase porque los documentos no la respaldan."
      : `Se han omitido ${figure(sentences)} frases porque los documentos no las respaldan.`,
  withheldAnswer: "Se escribió una respuesta, pero los documentos no la respaldan; no se muestra.",
  conflict: "Las fuentes se contradicen",
  conflictSides: (what, a, b) => `${what} (${a} y ${b})`,

  writtenByModel: "Escrito por el modelo",
  writtenWithoutModel: "Escrito sin modelo",
  retriedSecond: "en el segundo intento",
  retriedFirst: "consultado por segunda vez, sin una respuesta mejor",
  retriedFailed: "consultado por segunda vez, sin respuesta",
  degraded: {
    loading: "El modelo aún se está cargando",
    unreachable: "No se puede acceder al modelo",
    overloaded: "El modelo tiene demasiadas solicitudes",
    looping: "El modelo se repitió",
    empty: "El modelo no escribió nada",
    echo: "El modelo repitió sus instrucciones",
    cut: "La respuesta del modelo se cortó",
  },
  degradedInstead: (cause) => `${cause}; estas son las frases de sus documentos que mejor responden.`,
  incomplete: {
    looping: "Aquí el modelo empezó a repetirse; se omite el resto de su respuesta.",
    echo: "Aquí el modelo empezó a repetir sus instrucciones; se omite el resto de su respuesta.",
    cut: "La respuesta está cortada: el modelo llegó a su límite. Pregunte por una parte.",
  },

  refused: "Los documentos no responden a esto",
  refusedHint: "Pruebe con otras palabras o con una pregunta sobre algo que traten los documentos.",
  nearest: "Los pasajes más cercanos",
  emptyIndex: "Todavía no hay documentos",
  choices: "¿A cuál de estos se refiere?",
  stopped: "Detenido. Este texto no se ha comprobado con las fuentes.",
  stoppedEarly: "Detenido antes de la primera palabra.",

  retry: "Reintentar",
  retryIn: (seconds) => `Reintentar en ${count(seconds, "segundo", "segundos")}`,
  offline: "No tiene conexión. Su pregunta se conserva; inténtelo de nuevo cuando vuelva a tenerla.",
  networkFailed: "El servicio no respondió. Inténtelo de nuevo en un momento.",
  closedEarly: "La conexión se perdió antes de completar la respuesta. Se conserva la parte recibida.",
  brokeOff: "La respuesta se interrumpió. Inténtelo de nuevo en un momento.",
  emptyAnswer: "La respuesta llegó vacía. Inténtelo de nuevo, quizá con otras palabras.",
  notSignedIn: "No ha iniciado sesión o no tiene permiso para preguntar aquí.",
  notAllowedHere: "Este chat no está configurado para este sitio. Informe al responsable del sitio.",
  tooMany: "Demasiadas preguntas a la vez.",
  overloaded: "El servicio está ocupado o aún no está listo.",
  serverFailed: "Se produjo un error en el servicio.",
  invalidQuestion: "El servicio no pudo aceptar esta pregunta. Modifíquela y vuelva a preguntar.",
  tooLong: (characters) => `La pregunta es demasiado larga: ${figure(characters)} caracteres como máximo.`,
  serviceSaid: (message) => `Mensaje del servicio: ${message}`,

  copy: "Copiar la respuesta",
  copied: "Copiado",
  copyFailed: "El navegador no lo permitió",
  helpful: "Me ayudó",
  notHelpful: "No me ayudó",
  whatWasWrong: "¿Qué falló?",
  feedbackReasons: {
    wrong: "Es incorrecta",
    incomplete: "Está incompleta",
    source: "La fuente no es la correcta",
    unclear: "Es difícil de entender",
  },
  comment: "Comentario (opcional)",
  sendFeedback: "Enviar",
  cancel: "Cancelar",
  feedbackGiven: "Gracias por su opinión.",
  feedbackFailed: "No se pudo enviar la opinión.",
  undo: "Deshacer",
  handover: "Hablar con una persona",

  documentCount: (documents) => count(documents, "documento", "documentos"),
  status: {
    noDocuments: "Todavía no hay documentos",
    extractive: "responde sin modelo",
    model: (name) => `responde ${name}`,
    loading: "el modelo se está cargando: responden frases de los documentos",
    unreachable: "no se puede acceder al modelo: responden frases de los documentos",
  },
};
