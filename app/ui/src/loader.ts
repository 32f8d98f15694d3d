/**
 * The one script tag of a site: `<script defer src="…/widget/loader.js" data-site-key="…"></script>`.
 *
 * It adds a launcher to the page, unless the page has a `<groundwork-chat>` of its own, and loads the component when the
 * page is idle. Every other `data-…` attribute becomes an attribute of the launcher (`data-lang="de"`); with
 * `data-manual` none is added.
 *
 * It has to be a classic script: a module does not know the tag that named it. Everything is inside a function: a classic
 * script shares its top level with every other script of the page, and a page may name this one twice.
 */
((script) => {
  const tag = "groundwork-chat";
  /** The waits between the attempts to load the component, which fail where the connection does. */
  const waits = [2, 10, 60];
  if (!(script instanceof HTMLScriptElement)) {
    // eslint-disable-next-line no-console
    console.error(`${tag}: load loader.js by a script tag without type="module"`);
    return;
  }
  const address = script.src;
  const { manual, ...attributes } = script.dataset;

  const load = (): void => {
    import(/* @vite-ignore */ new URL("ELEMENT_FILE", address).href).catch((error: unknown) => {
      const seconds = waits.shift();
      if (seconds) setTimeout(load, seconds * 1000);
      // eslint-disable-next-line no-console
      else console.error(`${tag}:`, error);
    });
  };

  const start = (): void => {
    if (manual === undefined && !document.querySelector(tag)) {
      const chat = document.createElement(tag);
      // Another copy of the component, from another address, may be the one that is defined.
      chat.setAttribute("service", new URL("../", address).href);
      for (const [name, value] of Object.entries(attributes)) {
        chat.setAttribute(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value ?? "");
      }
      document.body.append(chat);
    }
    // Safari has no idle callbacks.
    if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 200);
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(document.currentScript);
