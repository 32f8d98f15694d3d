/** The chat, a chunk of its own: a page whose visitors ask nothing loads the launcher alone. */

export { CHAT_SHEETS as sheets } from "./theme/chat";
export { Inline } from "./view/Inline";
export { Panel } from "./view/Panel";
