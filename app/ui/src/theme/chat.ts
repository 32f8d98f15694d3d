/** The style sheets of a conversation; imported by its own chunk alone. */

import parts from "./parts.css?inline";
import prose from "./prose.css?inline";

export const CHAT_SHEETS: readonly string[] = [prose, parts];
