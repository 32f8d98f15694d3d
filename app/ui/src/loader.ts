/**
 * The one script tag of a site: `<script defer src="…/widget/loader.js" data-site-key="…"></script>`.
 *
 * It adds a launcher to the page, unless the page has a `<groundwork-chat>` of its own, and loads the component when the
 * page is idle. Every other `data-…` attribute becomes an attribute of the launcher (`data-lang="de"`); with
 * `data-manual` none is added.
 *
 * It has to be a classic script: a module does not know the tag that named it. Everything is inside a function: a classic script shares its top level with every other script of the page, and a page
 * may name this one twice.
 */
((script) => {
  const tag = "groundwork-chat";
  if (!(script instanceof HTMLScriptElement)) return;
  const address = script.src;
  const { manual, ...attributes } = script.dataset;

  const start = (): void => {
    if (manual === undefined && !document.querySelector(tag)) {
      const chat = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) {
        chat.setAttribute(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value ?? "");
      }
      document.body.append(chat);
    }
    const load = (): void => void import(/* @vite-ignore */ new URL("ELEMENT_FILE", address).href);
    // Safari has no idle callbacks.
    if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 200);
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(document.currentScript);
