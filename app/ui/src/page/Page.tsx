/** The full page: the conversations of this browser, the one that is shown, and the documents. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Conversation } from "../state/conversation";
import { Current } from "../state/current";
import { History, titleOf } from "../state/history";
import { Storage } from "../state/storage";
import { Chat, PlainFrame, useExchanges } from "../view/Chat";
import { type Extras, InterfaceContext, useInterface } from "../view/context";
import type { Host } from "../view/host";
import { CloseIcon } from "../view/icons";
import { useNarrow } from "../view/measure";
import { type OpenedPassage, Passage } from "../view/Passage";
import { Legend } from "../view/Welcome";
import { useCaller } from "./caller";
import { Modal } from "./Dialog";
import { DocumentBody, useDocument } from "./DocumentView";
import { saveMarkdown } from "./exported";
import { BackIcon, DownloadIcon, MenuIcon, PlusIcon, PrintIcon } from "./icons";
import { Library } from "./Library";
import { LinkButton } from "./LinkButton";
import { type Go, linkTo, useRoute } from "./router";
import { addressOf, chatRoute, type Route } from "./routes";
import { Sidebar } from "./Sidebar";
import { SignIn } from "./SignIn";
import { Uploads } from "./uploads";
import { WholeDocument } from "./WholeDocument";
import { PageWordsProvider, useLoadedWords, usePageWords } from "./words";

/** In a narrower page a passage covers the conversation. */
const NARROW = 1088;
/** In a narrower page the list of conversations is a drawer. */
const DRAWER = 864;

interface PageProps {
  readonly conversation: Conversation;
  readonly host: Host;
}

export function Page(props: PageProps) {
  const { words, unavailable } = useInterface();
  const page = useLoadedWords(words.code);
  if (!page) return null;
  const isRefused = unavailable?.status === 401 || unavailable?.code === "insufficient_scope";
  return (
    <PageWordsProvider value={page}>
      {isRefused ? <SignIn /> : <Frame {...props} />}
    </PageWordsProvider>
  );
}

function Frame({ conversation, host }: PageProps) {
  const shared = useInterface();
  const page = usePageWords();
  const { client, configuration } = shared;
  const [route, go] = useRoute();
  const frame = useRef<HTMLDivElement>(null);
  const composer = useRef<HTMLTextAreaElement | null>(null);
  const isNarrow = useNarrow(frame, NARROW);
  const hasDrawer = useNarrow(frame, DRAWER);
  const [isOpen, setOpen] = useState(false);
  const [changes, setChanges] = useState(0);
  useEffect(() => setOpen(false), [route.view]);
  const changed = (): void => {
    setChanges((count) => count + 1);
    host.refresh();
  };

  const caller = useCaller(client.service, configuration);
  const history = useMemo(
    () => new History(new Storage("browser", caller ? `${client.service} ${caller}` : client.service)),
    [client, caller],
  );
  const uploads = useMemo(() => new Uploads(client, changed), [client]);
  const shown = useShown(conversation, history, route, go, frame);
  useTitle(route, shown.current, history, configuration?.domain.title ?? "");

  const extras = useMemo(
    (): Extras => ({
      Tools: ({ exchange }) => (
        <LinkButton address={() => linkTo(chatRoute(shown.current.id, exchange.id, exchange.question))} />
      ),
      WholeDocument,
      showWhole: page.openDocument,
      showPassage: page.showPassage,
    }),
    [page, shown.current],
  );
  const context = useMemo(() => ({ ...shared, extras }), [shared, extras]);

  const isChat = route.view === "chat" || !configuration?.features.documents;
  const menu = hasDrawer && (
    <button
      type="button"
      class="button icon menu-button"
      aria-label={page.openMenu}
      title={page.openMenu}
      aria-expanded={isOpen}
      onClick={() => setOpen(true)}
    >
      <MenuIcon />
    </button>
  );
  const skip = (): void => {
    const heading = frame.current?.querySelector<HTMLElement>(".view h1");
    (isChat ? composer.current : heading)?.focus();
  };
  const sidebar = (
    <Sidebar
      history={history}
      current={shown.current.id}
      route={route}
      go={go}
      chosen={() => setOpen(false)}
      removed={(id) => {
        if (id === shown.current.id) shown.drop();
      }}
    />
  );

  return (
    <InterfaceContext.Provider value={context}>
      <div ref={frame} class="page" data-drawer={hasDrawer ? "" : undefined}>
        <button type="button" class="skip" onClick={skip}>
          {isChat ? page.skip : page.skipToDocuments}
        </button>
        {!hasDrawer && (
          <nav class="sidebar" aria-label={page.navigation}>
            {sidebar}
          </nav>
        )}
        {hasDrawer && isOpen && (
          <Modal class="drawer" label={page.navigation} close={() => setOpen(false)}>
            <nav class="sidebar" aria-label={page.navigation}>
              <button
                type="button"
                class="button icon"
                aria-label={page.closeMenu}
                title={page.closeMenu}
                onClick={() => setOpen(false)}
              >
                <CloseIcon />
              </button>
              {sidebar}
            </nav>
          </Modal>
        )}
        <div class="view" hidden={!isChat}>
          <Talk
            key={shown.key}
            conversation={conversation}
            host={host}
            shown={shown}
            history={history}
            menu={menu}
            begin={() => go(chatRoute())}
            isNarrow={isNarrow}
            composer={composer}
          />
        </div>
        {!isChat && route.view === "documents" && (
          <DocumentFrame key="documents" title={page.documents} menu={menu} isNarrow={isNarrow}>
            {(openPassage) => (
              <Library
                uploads={uploads}
                query={route.query}
                go={go}
                openPassage={openPassage}
                changes={changes}
                changed={changed}
              />
            )}
          </DocumentFrame>
        )}
        {!isChat && route.view === "document" && <OneDocument key={route.id} id={route.id} menu={menu} isNarrow={isNarrow} />}
      </div>
    </InterfaceContext.Provider>
  );
}

interface Shown {
  readonly current: Current;
  /** Another one for each conversation that is opened or begun. */
  readonly key: string;
  /** What is in the question box at the beginning. */
  readonly draft: string;
  /** Whether the address was that of a conversation that is not in this browser. */
  readonly isMissing: boolean;
  /** Whether something else has the focus when the conversation appears. */
  readonly isQuiet: { readonly current: boolean };
  /** Shows an empty conversation in place of one that was removed. */
  readonly drop: () => void;
}

/** The conversation of the address. */
function useShown(
  conversation: Conversation,
  history: History,
  route: Route,
  go: Go,
  frame: { current: HTMLElement | null },
): Shown {
  const exchanges = useExchanges(conversation);
  const [draft, setDraft] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [target, setTarget] = useState<{ id: string; isAsked: boolean } | null>(null);
  const newest = useRef({ route, drop: (): void => undefined });
  const current = useMemo(
    () => new Current(conversation, history, () => newest.current.drop()),
    [conversation, history],
  );
  // Whether the question box gets the focus when the conversation is shown.
  const isQuiet = useRef(false);
  const drop = (): void => {
    isQuiet.current = true;
    current.drop();
    if (newest.current.route.view === "chat") go(chatRoute(), "replace");
  };
  newest.current = { route, drop };
  useEffect(() => current.follow(), [current]);

  useEffect(() => {
    if (route.view !== "chat") return;
    const { conversation: id, exchange, question } = route;
    const isAnother = id !== current.id;
    if (isAnother && (id || question || !current.isEmpty)) isQuiet.current = Boolean(exchange);
    if (id && current.open(id)) {
      const last = conversation.exchanges.at(-1)?.id ?? "";
      setTarget({ id: exchange || last, isAsked: Boolean(exchange) });
      setDraft("");
      setMissing(false);
      if (question) go(chatRoute(id, exchange), "replace");
      return;
    }
    if (id || question) {
      current.startNew();
      setDraft(question);
      setMissing(Boolean(id));
      go(chatRoute(), "replace");
    } else if (!current.isEmpty) {
      current.startNew();
      setDraft("");
      setMissing(false);
    }
  }, [addressOf(route), current]);

  // The first question gives the conversation its address.
  useEffect(() => {
    if (exchanges.length && route.view === "chat" && !route.conversation) go(chatRoute(current.id), "replace");
  }, [exchanges.length > 0]);

  useEffect(() => {
    const element = target?.id && frame.current?.querySelector<HTMLElement>(`#question-${CSS.escape(target.id)}`);
    if (!element) return;
    setTarget(null);
    element.scrollIntoView({ block: "start" });
    if (!target.isAsked) return;
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }, [target, exchanges]);

  return { current, key: `${current.id} ${draft}`, draft, isMissing, isQuiet, drop };
}

/** The title of the browser's tab. */
function useTitle(route: Route, current: Current, history: History, domain: string): void {
  const page = usePageWords();
  const kept = history.find(current.id);
  const first = route.view === "chat" ? (kept ? titleOf(kept) : "") : page.documents;
  const title = [first.slice(0, 80), domain].filter(Boolean).join(" – ");
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);
}

interface TalkProps {
  readonly conversation: Conversation;
  readonly host: Host;
  readonly shown: Shown;
  readonly history: History;
  readonly menu: ComponentChildren;
  /** Shows an empty conversation. */
  readonly begin: () => void;
  readonly isNarrow: boolean;
  readonly composer: { current: HTMLTextAreaElement | null };
}

/** The conversation, with the name of the domain above it. */
function Talk({ conversation, host, shown, history, menu, begin, isNarrow, composer }: TalkProps) {
  const { words, configuration, language } = useInterface();
  const page = usePageWords();
  const exchanges = useExchanges(conversation);
  const title = configuration?.domain.title ?? "";
  // A finger brings up a keyboard that covers half of the page: there the box waits for it.
  useEffect(() => {
    if (!shown.isQuiet.current && window.matchMedia("(hover: hover)").matches) composer.current?.focus({ preventScroll: true });
  }, []);
  const exported = (): void => {
    const kept = history.find(shown.current.id);
    saveMarkdown({ id: "", name: kept?.name ?? "", changedAt: 0, exchanges }, words);
  };
  return (
    <Chat
      conversation={conversation}
      frame={PlainFrame}
      isPage
      narrow={isNarrow}
      composerRef={composer}
      draft={shown.draft}
      handover={configuration?.widget.handover?.url ? host.handover : null}
      welcome={
        <>
          {shown.isMissing && (
            <div class="notice" data-kind="document" role="status">
              <p>{page.notHere}</p>
              {shown.draft && <p>{page.notHereHint}</p>}
            </div>
          )}
          <div class="welcome">
            <h1 class={title ? "title" : "unseen"} lang={language}>
              {title || document.title}
            </h1>
            <p class="tagline" lang={language}>
              {configuration?.domain.tagline}
            </p>
          </div>
        </>
      }
      beginning={<Legend />}
      head={
        (menu || exchanges.length > 0) && (
          <>
            {menu}
            {exchanges.length > 0 ? (
              <>
                <h1 class="title" lang={language}>
                  {title}
                </h1>
                <div class="tools">
                  {menu && <IconButton label={words.newConversation} run={begin} icon={<PlusIcon />} />}
                  <IconButton label={page.exportMarkdown} run={exported} icon={<DownloadIcon />} />
                  <IconButton label={page.print} run={() => window.print()} icon={<PrintIcon />} />
                </div>
              </>
            ) : null}
          </>
        )
      }
    />
  );
}

function IconButton({ label, run, icon }: { label: string; run: () => void; icon: ComponentChildren }) {
  return (
    <button type="button" class="button icon" aria-label={label} title={label} onClick={run}>
      {icon}
    </button>
  );
}

interface DocumentFrameProps {
  readonly title: string;
  readonly menu: ComponentChildren;
  readonly isNarrow: boolean;
  /** What is above the title. */
  readonly before?: ComponentChildren;
  readonly class?: string;
  readonly children: (openPassage: (opened: OpenedPassage) => void) => ComponentChildren;
}

/** The frame of the views of documents; a passage opens beside them, as beside a conversation. */
function DocumentFrame({ title, menu, isNarrow, before, class: name = "library", children }: DocumentFrameProps) {
  const page = usePageWords();
  const { language } = useInterface();
  const [opened, setOpened] = useState<OpenedPassage | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const isCovered = opened !== null && isNarrow;
  const close = (): void => {
    const target = opened?.opener.isConnected ? opened.opener : heading.current;
    setOpened(null);
    queueMicrotask(() => target?.focus({ preventScroll: true }));
  };
  return (
    <div class="view">
      <div
        class="panel"
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !opened || event.defaultPrevented) return;
          event.preventDefault();
          close();
        }}
      >
        <header class="head" inert={isCovered}>
          {menu}
          <div>
            {before}
            <h1 ref={heading} class="title" tabIndex={-1} dir="auto" lang={name === "document" ? language : undefined}>
              {title}
            </h1>
          </div>
          <div class="tools">
            <IconButton label={page.print} run={() => window.print()} icon={<PrintIcon />} />
          </div>
        </header>
        <main class={name} inert={isCovered}>
          {children(setOpened)}
        </main>
        {opened && <Passage opened={opened} covers={isNarrow} close={close} />}
      </div>
    </div>
  );
}

function OneDocument({ id, menu, isNarrow }: { id: string; menu: ComponentChildren; isNarrow: boolean }) {
  const { client } = useInterface();
  const page = usePageWords();
  const fetched = useDocument(client, id);
  return (
    <DocumentFrame
      class="document"
      title={fetched.value?.name || id}
      menu={menu}
      isNarrow={isNarrow}
      before={
        <a class="up" href={addressOf({ view: "documents", query: "" })}>
          <BackIcon />
          {page.allDocuments}
        </a>
      }
    >
      {() => <DocumentBody fetched={fetched} />}
    </DocumentFrame>
  );
}
