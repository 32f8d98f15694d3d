/** The conversations of this browser, and the way to the documents. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { byDay, type History, titleOf } from "../state/history";
import type { KeptConversation } from "../state/storage";
import { useInterface } from "../view/context";
import { saveMarkdown } from "./exported";
import { BarsIcon, DocumentIcon, PlusIcon } from "./icons";
import { Menu } from "./Menu";
import type { Go } from "./router";
import { addressOf, chatRoute, type Route } from "./routes";
import { SignOut } from "./SignIn";
import { useStore } from "./store";
import { usePageWords } from "./words";

interface SidebarProps {
  readonly history: History;
  /** The id of the conversation that is shown. */
  readonly current: string;
  readonly route: Route;
  readonly go: Go;
  /** Called when something was chosen: a drawer closes. */
  readonly chosen: () => void;
  readonly removed: (id: string) => void;
}

export function Sidebar({ history, current, route, go, chosen, removed }: SidebarProps) {
  const { words, configuration } = useInterface();
  const page = usePageWords();
  const { conversations, isKept } = useStore(history);
  const [deleted, setDeleted] = useState<KeptConversation | null>(null);
  const undo = useRef<HTMLButtonElement>(null);
  const start = useRef<HTMLButtonElement>(null);
  useEffect(() => undo.current?.focus(), [deleted]);

  const remove = (conversation: KeptConversation): void => {
    history.remove(conversation.id);
    setDeleted(conversation);
    removed(conversation.id);
  };
  const settle = (): void => {
    setDeleted(null);
    start.current?.focus();
  };

  return (
    <>
      <button
        ref={start}
        type="button"
        class="button begin"
        onClick={() => {
          go(chatRoute());
          chosen();
        }}
      >
        <PlusIcon />
        {words.newConversation}
      </button>
      {configuration?.features.documents && (
        <a
          class="row"
          href={addressOf({ view: "documents", query: "" })}
          aria-current={route.view === "chat" ? undefined : "page"}
          onClick={chosen}
        >
          <DocumentIcon />
          <span class="name">{page.documents}</span>
          <span class="place">{configuration.documents.toLocaleString(words.code)}</span>
        </a>
      )}
      {configuration?.features.admin && (
        <a class="row" href="admin">
          <BarsIcon />
          <span class="name">{page.administration}</span>
        </a>
      )}
      <h2 class="unseen">{page.conversations}</h2>
      {deleted && (
        <div class="notice" data-kind="document" role="status">
          <p>{page.conversationRemoved(titleOf(deleted))}</p>
          <p class="tools">
            <button
              ref={undo}
              type="button"
              class="button quiet"
              onClick={() => {
                history.restore(deleted);
                settle();
              }}
            >
              {words.undo}
            </button>
            <button type="button" class="button quiet" onClick={settle}>
              {page.dismiss}
            </button>
          </p>
        </div>
      )}
      {byDay(conversations, Date.now()).map(([day, found]) => (
        <section key={day}>
          <h3>{page[day]}</h3>
          <ul class="rows">
            {found.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isCurrent={route.view === "chat" && conversation.id === current}
                rename={(name) => history.rename(conversation.id, name)}
                remove={() => remove(conversation)}
                chosen={chosen}
              />
            ))}
          </ul>
        </section>
      ))}
      {!conversations.length && !deleted && <p class="hint">{page.noConversations}</p>}
      {isKept ? (
        <p class="kept">{page.keptInBrowser}</p>
      ) : (
        <p class="notice kept" data-kind="error" role="alert">
          {page.storageFull}
        </p>
      )}
      {configuration?.access?.signed_in && (
        <div class="signed-in">
          <p>{page.signedInAs(configuration.access.name ?? "")}</p>
          {configuration.access.may_sign_out && <SignOut />}
        </div>
      )}
    </>
  );
}

interface RowProps {
  readonly conversation: KeptConversation;
  readonly isCurrent: boolean;
  readonly rename: (name: string) => void;
  readonly remove: () => void;
  readonly chosen: () => void;
}

function ConversationRow({ conversation, isCurrent, rename, remove, chosen }: RowProps) {
  const { words } = useInterface();
  const page = usePageWords();
  const [isRenaming, setRenaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const title = titleOf(conversation);
  const end = (name: string | null): void => {
    if (name !== null) rename(name);
    setRenaming(false);
    requestAnimationFrame(() => row.current?.querySelector<HTMLElement>("a")?.focus());
  };
  return (
    <li ref={row} class="row" aria-current={isCurrent ? "true" : undefined}>
      {isRenaming ? (
        <NameForm name={title} end={end} />
      ) : (
        <>
          <a
            class="name"
            dir="auto"
            title={title}
            href={addressOf(chatRoute(conversation.id))}
            aria-current={isCurrent ? "page" : undefined}
            onClick={chosen}
          >
            {title}
          </a>
          <Menu
            label={page.actionsFor(title)}
            actions={[
              { label: page.rename, run: () => setRenaming(true) },
              { label: page.exportMarkdown, run: () => saveMarkdown(conversation, words) },
              { label: page.remove, run: remove },
            ]}
          />
        </>
      )}
    </li>
  );
}

/** Enter keeps the name, as does leaving the field; Escape does not. */
function NameForm({ name, end: close }: { name: string; end: (name: string | null) => void }) {
  const page = usePageWords();
  const [value, setValue] = useState(name);
  // A field that is taken away while it has the focus is left, too.
  const isEnded = useRef(false);
  const end = (given: string | null): void => {
    if (!isEnded.current) close(given);
    isEnded.current = true;
  };
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <form
      class="name"
      onSubmit={(event) => {
        event.preventDefault();
        end(value);
      }}
    >
      <input
        ref={field}
        class="field"
        dir="auto"
        value={value}
        maxLength={200}
        aria-label={page.renamePrompt}
        enterkeyhint="done"
        onInput={(event) => setValue(event.currentTarget.value)}
        onBlur={() => end(value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          end(null);
        }}
      />
    </form>
  );
}
