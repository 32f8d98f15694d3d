/** The frame of the panels: the way to each, and the one that is shown. */

import { useEffect, useRef, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { Answers } from "./Answers";
import { useAdmin } from "./context";
import { Documents } from "./Documents";
import { Experiments } from "./Experiments";
import { Gaps } from "./Gaps";
import { Health } from "./Health";
import { Reviews } from "./Reviews";
import { addressOf, PANELS, type Route, routeOf } from "./routes";

export function Frame() {
  const { client, configuration } = useInterface();
  const { text } = useAdmin();
  const route = useRoute();
  const heading = useRef<HTMLHeadingElement>(null);
  const { panel, item } = route;
  useEffect(() => {
    document.title = [text.panels[panel], text.administration, configuration?.domain.title].filter(Boolean).join(" – ");
    heading.current?.focus({ preventScroll: true });
    heading.current?.parentElement?.parentElement?.scrollTo(0, 0);
  }, [panel]);
  return (
    <div class="admin">
      <button type="button" class="skip" onClick={() => heading.current?.focus()}>
        {text.skip}
      </button>
      <header>
        <p class="brand">
          <strong dir="auto">{configuration?.domain.title}</strong>
          <span>{text.administration}</span>
        </p>
        <nav aria-label={text.panelList}>
          <ul class="panels">
            {PANELS.map((name) => (
              <li key={name}>
                <a href={addressOf(name)} aria-current={name === panel ? "page" : undefined}>
                  {text.panels[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <a class="to-page" href={client.service}>
          {text.ask}
        </a>
      </header>
      <main>
        <div class="panel-body" data-panel={panel}>
          <h1 ref={heading} class="title" tabIndex={-1}>
            {text.panels[panel]}
          </h1>
          {panel === "documents" && <Documents />}
          {panel === "answers" && <Answers />}
          {panel === "gaps" && <Gaps />}
          {panel === "reviews" && <Reviews item={item} />}
          {panel === "experiments" && <Experiments item={item} />}
          {panel === "health" && <Health />}
        </div>
      </main>
    </div>
  );
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const read = (): void => setRoute(routeOf(location.hash));
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return route;
}
