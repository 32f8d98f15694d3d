"use strict";
// Shows the questions behind a figure, and what a question was answered. The place is in the address, after "#", so that
// the browser's back button works and a question can be linked to. Texts become text nodes, never HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const overview = document.getElementById("overview");
  const view = document.getElementById("view");
  const announcer = document.getElementById("announcer");
  const title = document.title;
  const cases = new Map(data.cases.map((one) => [one.id, one]));
  const ROWS = 200; // Shown at first; more at a click.
  let rememberedScroll = 0;

  function element(name, properties, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties ?? {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "onclick" || key === "oninput") made[key] = value;
      else made.setAttribute(key, value === true ? "" : value);
    }
    const shown = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== "");
    made.append(...shown.map((child) => (child instanceof Node ? child : visible(String(child)))));
    return made;
  }
  // Characters that turn the direction of all that follows are named in their place.
  const visible = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`);
  const has = (object, key) => Object.hasOwn(object, key ?? "");
  const link = (place, properties, ...children) => element("a", { href: address(place), ...properties }, ...children);
  const address = (place) => "#/" + place.map(encodeURIComponent).join("/");
  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const written = (value, digits) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const short = (value) => written(value, Number.isInteger(value) ? 0 : 2);
  const milliseconds = (value) => `${written(value, value < 10 ? 1 : 0)} ms`;

  // What each question of a slice costs a metric: how much better the metric would be without it.
  function ranked(slice, metric) {
    const members = data.cases.filter((one) => one.slices.includes(slice));
    const about = has(data.metrics, metric) ? data.metrics[metric] : undefined;
    if (!about) return members.map((one) => ({ one }));
    if (about.duration) {
      const timed = members.filter((one) => has(one.durations, about.duration));
      const rows = timed.map((one) => ({ one, value: one.durations[about.duration], cost: 0 }));
      return rows.sort((a, b) => b.value - a.value);
    }
    const counted = members.filter((one) => has(one.sums, metric)).map((one) => ({ one, sums: one.sums[metric] }));
    const [part, whole] = [0, 1].map((place) => counted.reduce((sum, row) => sum + row.sums[place], 0));
    for (const row of counted) {
      const rest = whole - row.sums[1];
      const without = rest > 0 ? (part - row.sums[0]) / rest : part / whole;
      row.cost = (without - part / whole) * (about.better === "higher" ? 1 : -1);
      row.value = row.sums[0] / row.sums[1];
    }
    return counted.sort((a, b) => b.cost - a.cost);
  }
  const costs = (row) => row.cost > 1e-12;

  function outcome(one) {
    if (one.failure !== null) return [badge("failed", "bad")];
    const found = [];
    const kinds = { refusal: "refused", clarification: "asks back", small_talk: "small talk" };
    const isWrong = one.answer.refused !== (one.kind === "unanswerable");
    if (kinds[one.answer.kind]) found.push(badge(kinds[one.answer.kind], one.answer.refused && isWrong ? "warn" : ""));
    else found.push(badge("answered", isWrong && one.kind === "unanswerable" ? "warn" : ""));
    const hard = one.answer.flags.filter(([severity]) => severity === "hard").length;
    if (hard) found.push(badge(plural(hard, "hard flag"), "bad"));
    if (one.answer.degraded) found.push(badge(`degraded: ${one.answer.degraded}`, "warn"));
    if (one.answer.finish === "length") found.push(badge("cut off", "warn"));
    return found;
  }
  const badge = (words, kind) => element("span", { class: `badge ${kind ?? ""}` }, words);

  // A list of questions.

  function showList(slice, metric) {
    const about = data.metrics[metric];
    const rows = ranked(slice, metric);
    const sliceTitle = data.slices[slice];
    const heading = about ? metric : sliceTitle;
    const table = element("tbody");
    let most = ROWS;
    const count = element("p", { class: "small", role: "status" });
    const more = element("button", { class: "button", type: "button", onclick: () => ((most = Infinity), fill()) }, "");
    const filter = element("input", { type: "search", autocomplete: "off", oninput: () => ((most = ROWS), fill()) });

    function fill() {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      const matches = ({ one }) => {
        const text = [one.id, one.question, one.kind, ...one.tags].join(" ").toLowerCase();
        return words.every((word) => text.includes(word));
      };
      const found = rows.filter(matches);
      const shown = found.slice(0, most);
      const free = about && !about.duration ? shown.findIndex((row) => !costs(row)) : -1;
      table.replaceChildren(...shown.flatMap((row, place) => {
        const divider = place === free ? [element("tr", { class: "divider" },
          element("td", { colspan: columns.length }, "These cost nothing"))] : [];
        return [...divider, listRow(row, slice, metric, about)];
      }));
      count.textContent = found.length === rows.length
        ? plural(rows.length, "question")
        : `${found.length.toLocaleString("en")} of ${plural(rows.length, "question")}`;
      more.hidden = found.length <= most;
      more.textContent = `Show all ${found.length.toLocaleString("en")}`;
    }

    const columns = !about ? ["Question", "First word", "Whole answer"]
      : about.duration ? ["Question", "Duration"]
      : ["Question", "Counts", "Costs"];
    const parts = [
      element("p", { class: "crumbs" }, link([], {}, "Overview"), element("span", { "aria-hidden": "true" }, "›"),
        about ? [link(["questions", slice], {}, sliceTitle), element("span", { "aria-hidden": "true" }, "›")] : null,
        element("span", { "aria-current": "page" }, heading)),
      element("h1", { tabindex: -1 }, about ? `${metric}: ${sliceTitle.toLowerCase()}` : sliceTitle),
      about ? figureLine(slice, metric, about, rows) : null,
      about ? slices(slice, metric) : null,
      about && !about.duration ? element("p", { class: "small" }, "What a question costs is how much the metric would be better without it.") : null,
      element("div", { class: "tools" }, element("label", {}, "Filter by words, kind or tag", filter), count),
      element("div", { class: "wide", role: "region", "aria-label": "Questions", tabindex: 0 },
        element("table", { class: "questions" },
          element("thead", {}, element("tr", {}, columns.map((name, place) =>
            element("th", { scope: "col", class: place ? "" : "left" }, name)))), table)),
      element("p", {}, more),
    ];
    fill();
    show(parts, heading);
  }

  function figureLine(slice, metric, about, rows) {
    const [value, interval, n] = data.figures[slice]?.[metric] ?? ["", "", rows.length];
    const worse = rows.filter(costs).length;
    const verb = (about.better === "higher" ? "lower" : "raise") + (worse === 1 ? "s" : "");
    return element("p", { class: "lead" }, element("b", {}, value),
      value ? `, 95% interval ${interval}, over ${plural(n, "question")}; ` : "", `${about.better} is better.`,
      about.duration ? "" : ` ${plural(worse, "question")} ${verb} it.`);
  }

  function slices(current, metric) {
    const others = Object.keys(data.slices).filter((name) => data.figures[name]?.[metric]);
    if (others.length < 2) return null;
    return element("p", { class: "crumbs", role: "navigation", "aria-label": "The same metric for other questions" },
      others.map((name) => name === current
        ? element("span", { class: "badge", "aria-current": "true" }, `${data.slices[name]} ${data.figures[name][metric][0]}`)
        : link(["questions", name, metric], { class: "badge" }, `${data.slices[name]} ${data.figures[name][metric][0]}`)));
  }

  function listRow(row, slice, metric, about) {
    const { one } = row;
    const place = ["question", one.id, slice, ...(about ? [metric] : [])];
    const first = element("td", { class: "left" }, link(place, { dir: "auto" }, one.question),
      element("small", {}, outcome(one), [one.id, one.kind.replace("_", "-"), ...one.tags].join(" · ")));
    const cells = !about ? [duration(one, "first_token"), duration(one, "answer")]
      : about.duration ? [milliseconds(row.value)]
      : [counted(row.sums, about), costs(row) ? element("span", { class: "costs" }, written(row.cost, about.digits + 1)) : "–"];
    return element("tr", { class: about && !about.duration && !costs(row) ? "free" : "" }, first,
      cells.map((cell) => element("td", {}, cell)));
  }
  const duration = (one, name) => (has(one.durations, name) ? milliseconds(one.durations[name]) : "–");
  const counted = ([part, whole], about) =>
    about.group === "Speed and cost" ? written(part / whole, about.digits)
      : whole === 1 ? written(part, Number.isInteger(part) ? 0 : about.digits) : `${short(part)} of ${short(whole)}`;

  // One question.

  function showQuestion(id, slice, metric) {
    const one = cases.get(id);
    if (!one) return showMissing(`There is no question “${id}” in this run.`);
    const list = ranked(has(data.slices, slice) ? slice : "all", metric).map((row) => row.one.id);
    const at = list.indexOf(id);
    const step = (by, words) => {
      const other = list[at + by];
      return other === undefined
        ? element("span", { class: "button", "aria-disabled": "true" }, words)
        : link(["question", other, slice, ...(metric ? [metric] : [])], { class: "button" }, words);
    };
    const back = has(data.slices, slice) ? link(["questions", slice, ...(metric ? [metric] : [])], {},
      metric ? `${metric}: ${data.slices[slice].toLowerCase()}` : data.slices[slice]) : link(["questions", "all"], {}, "All questions");
    show([
      element("p", { class: "crumbs" }, link([], {}, "Overview"), element("span", { "aria-hidden": "true" }, "›"), back,
        element("span", { "aria-hidden": "true" }, "›"), element("span", { "aria-current": "page" }, one.id)),
      element("h1", { tabindex: -1, class: "text", dir: "auto" }, one.question),
      element("p", {}, badge(one.kind.replace("_", "-")), one.tags.map((tag) => badge(tag)), badge(`split ${one.split}`), outcome(one)),
      element("div", { class: "tools" }, step(-1, "← Previous"), step(1, "Next →"),
        at < 0 ? null : element("span", { class: "small" }, `${at + 1} of ${list.length}`)),
      element("div", { class: "question" }, element("section", { "aria-label": "Answer and passages" }, mainPart(one)), element("aside", {}, sidePart(one, metric))),
    ], one.id);
  }

  function mainPart(one) {
    const history = one.history.length === 0 ? null : [
      element("h2", {}, "Before"),
      element("div", { class: "paper" }, one.history.map(([role, content]) =>
        element("div", { class: "turn" }, element("b", {}, role), element("div", { class: "text" }, content)))),
    ];
    return [history, answerPart(one), expectedPart(one), judgePart(one), passagePart(one), hitPart(one), labelledPart(one)];
  }

  function answerPart(one) {
    if (one.failure !== null) {
      return [element("h2", {}, "Failure"), element("div", { class: "paper text" }, one.failure),
        element("p", { class: "small" }, "It counts as the worst answer in every metric that applies.")];
    }
    const answer = one.answer;
    const notes = [];
    if (answer.kind === "refusal") notes.push("The service refused: it found no answer.");
    if (answer.kind === "clarification") notes.push(`The service asked back, with the choices: ${answer.choices.join(" | ")}`);
    if (answer.degraded) notes.push(`Degraded (${answer.degraded}): a model did not write this answer, or only a part of it.`);
    if (answer.withheld) notes.push(`${plural(answer.withheld, "sentence")} withheld by the grounding policy.`);
    if (answer.retried) notes.push(`The model was asked again; shown: ${answer.retried}.`);
    if (answer.finish === "length") notes.push("Cut off at the limit of tokens.");
    notes.push(...answer.conflicts.map((what) => `Two documents contradict each other: ${what}`));
    if (!answer.checked && answer.kind === "answer") notes.push("Not checked for grounding: an extractive answer quotes the documents.");
    return [element("h2", {}, "Answer"), element("div", { class: "paper text", dir: "auto" }, pieces(answer.pieces, one)),
      flagList(answer.flags), notes.length ? element("ul", { class: "small" }, notes.map((note) => element("li", {}, note))) : null];
  }

  function pieces(list, one) {
    return list.map(([text, severity, numbers]) => {
      const known = one ? numbers.filter((number) => one.answer.passages.some((passage) => passage.number === number)) : [];
      const inner = known.length
        ? element("button", { class: "marker", type: "button", "aria-label": `Passage ${known.join(" and ")}`, onclick: () => reveal(known[0]) }, text)
        : text;
      return severity ? element("mark", { class: severity, title: `${severity} flag` }, inner) : inner;
    });
  }

  function flagList(flags) {
    if (flags.length === 0) return null;
    return element("ul", { class: "small" }, flags.map(([severity, text, reason]) =>
      element("li", {}, element("mark", { class: severity }, text), ` ${severity} flag: ${reason}`)));
  }

  function reveal(number) {
    const target = document.getElementById(`passage-${number}`);
    if (!target) return;
    for (const other of view.querySelectorAll(".target")) other.classList.remove("target");
    target.open = true;
    target.classList.add("target");
    target.querySelector("summary").focus();
    target.scrollIntoView({ block: "center" });
  }

  function expectedPart(one) {
    const rows = [];
    if (one.reference) rows.push(element("div", { class: "turn" }, element("b", {}, "Answer of a person"), element("div", { class: "text" }, one.reference)));
    for (const [document_, quote] of one.gold) {
      rows.push(element("div", { class: "turn" }, element("b", {}, `Gold quote in ${document_}`),
        element("div", { class: "text" }, element("mark", { class: "gold" }, quote))));
    }
    if (one.required.length) rows.push(element("div", { class: "turn" }, element("b", {}, "Must contain"), one.required.join("; ")));
    if (one.forbidden.length) rows.push(element("div", { class: "turn" }, element("b", {}, "Must not contain"), one.forbidden.join("; ")));
    if (rows.length === 0) rows.push("The documents do not answer it, or do not say what is meant.");
    return [element("h2", {}, "Expected"), element("div", { class: "paper" }, rows)];
  }

  function judgePart(one) {
    if (!one.judge) return null;
    return [element("h2", {}, "Judge"), element("div", { class: "paper" }, one.judge.map(([name, holds, reason]) =>
      element("div", { class: "turn" }, element("b", {}, `${name}: ${holds}`), element("div", { class: "text" }, reason))))];
  }

  function passagePart(one) {
    if (!one.answer) return null;
    const list = one.answer.passages;
    if (list.length === 0) return null;
    return [element("h2", {}, `${plural(list.length, "passage")} for the answer`), list.map((passage) =>
      passageElement(passage, `[${passage.number}]`, passage.cited || passage.gold, `passage-${passage.number}`,
        passage.cited ? badge("cited") : null))];
  }

  function hitPart(one) {
    if (!one.answer) return null;
    const { hits, query } = one.answer;
    return [element("h2", {}, hits.length ? `${plural(hits.length, "hit")} of the search` : "The search found nothing"),
      query && query !== one.question ? element("p", { class: "small text" }, `Searched for: ${query}`) : null,
      element("div", { class: "hits" }, hits.map(hitElement))];
  }

  // A hit that was given to the answer leads to that passage; another one is opened in its place.
  function hitElement(hit) {
    if (hit.given === null) return passageElement(hit, `${hit.number}.`, false, null, null);
    return element("div", { class: "hit" }, passageHead(hit, `${hit.number}.`,
      element("button", { class: "marker", type: "button", onclick: () => reveal(hit.given) }, `passage [${hit.given}]`)));
  }

  function passageElement(entry, name, open, id, extra) {
    const passage = data.passages[entry.passage];
    return element("details", { open, id }, element("summary", {}, passageHead(entry, name, extra)),
      element("div", { class: "text", dir: "auto" }, goldMarked(passage.text, entry.spans), passage.cut ? " …" : null));
  }

  function passageHead(entry, name, extra) {
    const passage = data.passages[entry.passage];
    const where = [passage.document_id, passage.section, passage.page === null ? null : `page ${passage.page}`];
    return [`${name} ${passage.document_name} `,
      entry.gold ? badge("gold quote", "good") : entry.document ? badge("gold document") : null, extra,
      element("small", {}, [...where, `relevance ${written(entry.score, 2)}`].filter(Boolean).join(" · "))];
  }

  function goldMarked(text, spans) {
    const parts = [];
    let end = 0;
    for (const [from, to] of spans) {
      parts.push(text.slice(end, from), element("mark", { class: "gold" }, text.slice(from, to)));
      end = to;
    }
    return [...parts, text.slice(end)];
  }

  function labelledPart(one) {
    if (!one.answer || one.answer.labelled.length === 0) return null;
    return [element("h2", {}, "Labelled answers"), one.answer.labelled.map((labelled) => element("div", { class: "paper" },
      element("div", { class: "text" }, pieces(labelled.pieces, null)), flagList(labelled.flags),
      element("p", { class: "small" }, labelled.unsupported.length ? `Unsupported, says a person: ${labelled.unsupported.join(" | ")}` : "Supported, says a person."),
      labelled.missed.length ? element("p", { class: "small costs" }, `Not flagged: ${labelled.missed.join(" | ")}`) : null))];
  }

  function sidePart(one, current) {
    const times = ["first_token", "answer", "search"].filter((name) => has(one.durations, name))
      .map((name) => [name.replace("_", " "), milliseconds(one.durations[name])]);
    const stages = one.answer ? Object.entries(one.answer.timings).map(([name, value]) => [name.replace("_", " "), milliseconds(value)]) : [];
    const tokens = one.answer && one.answer.tokens[0] ? [["prompt", one.answer.tokens[0].toLocaleString("en")], ["answer", one.answer.tokens[1].toLocaleString("en")]] : [];
    return [
      element("h2", {}, "Contributions"),
      element("div", { class: "wide" }, element("table", {},
        element("thead", {}, element("tr", {}, element("th", { class: "left", scope: "col" }, "Metric"), element("th", { scope: "col" }, "Counts"))),
        element("tbody", {}, Object.keys(data.metrics).filter((name) => has(one.sums, name)).map((name) => {
          const about = data.metrics[name];
          const isBad = about.better === "higher" ? one.sums[name][0] < one.sums[name][1] : one.sums[name][0] > 0;
          const isShare = !["Speed and cost"].includes(about.group);
          return element("tr", {}, element("td", { class: "left" }, link(["questions", "all", name], { "aria-current": name === current ? "true" : null }, name)),
            element("td", { class: isBad && isShare ? "costs" : "" }, counted(one.sums[name], about)));
        })))),
      list("Durations of the client", times), list("Stages in the service", stages), list("Tokens", tokens),
    ];
  }
  function list(heading, entries) {
    if (entries.length === 0) return null;
    return [element("h2", {}, heading), element("dl", { class: "paper" }, entries.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))];
  }

  // Places.

  function show(parts, name) {
    view.replaceChildren(...parts.flat(Infinity).filter(Boolean));
    if (!overview.hidden) rememberedScroll = window.scrollY;
    overview.hidden = true;
    view.hidden = false;
    document.title = `${name}: ${title}`;
    window.scrollTo(0, 0);
    view.querySelector("h1").focus({ preventScroll: true });
  }
  const showMissing = (words) =>
    show([element("p", { class: "crumbs" }, link([], {}, "Overview")), element("h1", { tabindex: -1 }, "Not found"), element("p", {}, words)], "Not found");

  function route() {
    let place;
    try {
      place = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
    } catch {
      place = ["malformed"];
    }
    const [name, first, second, third] = place;
    if (place.length === 0) {
      view.hidden = true;
      view.replaceChildren();
      overview.hidden = false;
      document.title = title;
      announcer.textContent = "Overview";
      window.scrollTo(0, rememberedScroll);
    } else if (name === "questions" && has(data.slices, first) && (second === undefined || has(data.metrics, second))) showList(first, second);
    else if (name === "question" && first !== undefined) showQuestion(first, second ?? "all", has(data.metrics, third) ? third : undefined);
    else showMissing(`There is nothing at ${location.hash}.`);
  }

  window.addEventListener("hashchange", route);
  route();
})();
