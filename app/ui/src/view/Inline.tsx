/** The chat at its place in a site's page. */

import { useRef } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { PlainFrame } from "./Chat";
import type { Host } from "./host";
import { WidgetChat } from "./WidgetChat";

export function Inline({ conversation, host }: { conversation: Conversation; host: Host }) {
  const composer = useRef<HTMLTextAreaElement | null>(null);
  return (
    <WidgetChat conversation={conversation} host={host} frame={PlainFrame} composerRef={composer} close={null} />
  );
}
