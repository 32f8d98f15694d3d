/** The whole interface in one of its modes: launcher with a panel, inline, or the full page. */

import { useMemo } from "preact/hooks";

import type { Client } from "../api/client";
import type { Failure } from "../api/failure";
import type { Configuration } from "../api/types";
import type { Conversation } from "../state/conversation";
import type { Words } from "../words";
import { InterfaceContext } from "./context";
import type { Host, Mode } from "./host";
import { Launcher } from "./Launcher";

interface AppProps {
  readonly direction: "ltr" | "rtl";
  readonly mode: Mode;
  readonly open: boolean;
  readonly client: Client;
  readonly conversation: Conversation;
  readonly configuration: Configuration | null;
  readonly unavailable: Failure | null;
  readonly words: Words;
  readonly host: Host;
}

export function App(props: AppProps) {
  const { mode, open, direction, client, conversation, configuration, unavailable, words, host } = props;
  const language = configuration?.domain.language_code ?? "";
  const shared = useMemo(
    () => ({ words, client, configuration, unavailable, language }),
    [words, client, configuration, unavailable, language],
  );
  return (
    <InterfaceContext.Provider value={shared}>
      <div class="root" data-mode={mode} data-position={configuration?.widget.position} dir={direction} lang={words.code}>
        {mode === "launcher" && <Launcher open={open} conversation={conversation} host={host} />}
        {mode === "inline" && host.Inline && <host.Inline conversation={conversation} host={host} />}
        {mode === "page" && host.Page && <host.Page conversation={conversation} host={host} />}
      </div>
    </InterfaceContext.Provider>
  );
}
