/**
 * The addresses of the page. The service sends one HTML file, so all of them are behind the `#`.
 *
 * `#/`                                 an empty conversation
 * `#/c/<conversation>`                 a conversation of this browser
 * `#/c/<conversation>/<exchange>`      one question of it
 * `#/documents`, `#/documents/<id>`    the documents, one of them
 * `#/documents?q=<words>`              the passages that a search finds
 *
 * With `?q=<question>`, behind the `#` of a conversation or before it, the question is written into the box of an empty
 * conversation. It is not asked: otherwise any page with such a link could make its visitors' browsers ask, and a model
 * work. Behind the `#` it is not sent to the service, and is in no log.
 */

export type Route =
  | { readonly view: "chat"; readonly conversation: string; readonly exchange: string; readonly question: string }
  | { readonly view: "documents"; readonly query: string }
  | { readonly view: "document"; readonly id: string };

/** A longer question of a link is cut: an address may have some thousand characters. */
const MOST_CHARACTERS = 4000;

export function chatRoute(conversation = "", exchange = "", question = ""): Route {
  return { view: "chat", conversation, exchange, question };
}

/** The route of an address; whatever it does not know is an empty conversation. */
export function routeOf({ hash, search }: { readonly hash: string; readonly search: string }): Route {
  const [path = "", query = ""] = split(hash.replace(/^#\/?/, ""));
  const [first, ...rest] = path.split("/").map(decoded);
  const question = (parameter(query) || parameter(search)).slice(0, MOST_CHARACTERS);
  if (first === "documents") {
    const id = rest.join("/");
    return id ? { view: "document", id } : { view: "documents", query: parameter(query) };
  }
  return first === "c" ? chatRoute(rest[0], rest[1], question) : chatRoute("", "", question);
}

/** The address of a route, from its `#`. */
export function addressOf(route: Route): string {
  switch (route.view) {
    case "documents":
      return withQuery("#/documents", route.query);
    case "document":
      return `#/documents/${route.id.split("/").map(encodeURIComponent).join("/")}`;
    case "chat": {
      const { conversation, exchange, question } = route;
      const path = conversation ? ["#", "c", conversation, exchange].filter(Boolean).join("/") : "#/";
      return withQuery(path, question.slice(0, MOST_CHARACTERS));
    }
  }
}

function withQuery(path: string, query: string): string {
  return query ? `${path}?q=${encodeURIComponent(query)}` : path;
}

/** A path and its query. An encoded `?` of an id is part of the path. */
function split(text: string): string[] {
  const at = text.indexOf("?");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function parameter(query: string): string {
  return new URLSearchParams(query).get("q")?.trim() ?? "";
}

/** A part of a path; as it is where it cannot be decoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
