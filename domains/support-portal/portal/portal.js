/**
 * The support portal: a search in the documentation, questions for the assistant, and the contact form.
 *
 * The search uses the public API of the widget: a session of the site, whose key is in the script tag of the widget. The
 * contact form takes the widget's hand-over. It sends nothing: it writes an e-mail in the visitor's own program. How to
 * file a ticket instead is in docs/support-portal.md.
 */

const { documents, contact: address } = document.body.dataset;
const { siteKey } = document.querySelector("script[data-site-key]").dataset;
/** The longest link that mail programs take: some cut what is longer without a word. */
const LONGEST_LINK = 1900;
const EXCERPT = 260;
const BEGINNING = "What I need:\n";

const element = (id) => document.getElementById(id);

/* The assistant */

async function ask(question) {
  await customElements.whenDefined("groundwork-chat");
  await document.querySelector("groundwork-chat").ask(question);
}

for (const button of document.querySelectorAll("button.ask")) {
  button.addEventListener("click", () => ask(button.textContent));
}

/* The search */

let session = null;
let searches = 0;

async function post(path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const content = await response.json();
  if (!response.ok) throw Object.assign(new Error(content.error.message), { status: response.status });
  return content;
}

async function token() {
  if (!session || session.expires_at * 1000 < Date.now() + 10_000) {
    session = await post("/v1/widget/session", { site_key: siteKey });
  }
  return session.token;
}

async function search(query) {
  const request = { query, top_k: 6 };
  try {
    return (await post("/v1/search", request, await token())).hits;
  } catch (error) {
    if (error.status !== 401) throw error;
    session = null;
    return (await post("/v1/search", request, await token())).hits;
  }
}

/** A passage without its Markdown, cut at a word. */
function excerptOf(text) {
  const plain = text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`|]|^#+ |^-{3,}$/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length <= EXCERPT ? plain : `${plain.slice(0, plain.lastIndexOf(" ", EXCERPT))} …`;
}

function hitOf(hit) {
  const link = document.createElement("a");
  link.href = documents + hit.document_id.split("/").map(encodeURIComponent).join("/");
  link.textContent = hit.document_name;
  const section = document.createElement("span");
  section.className = "section";
  section.textContent = hit.section ?? "";
  const excerpt = document.createElement("p");
  excerpt.textContent = excerptOf(hit.text);
  const item = document.createElement("li");
  item.append(link, section, excerpt);
  return item;
}

element("search").addEventListener("submit", async (event) => {
  event.preventDefault();
  const query = element("query").value.trim();
  if (!query) return;
  const number = ++searches;
  element("results").hidden = false;
  element("status").textContent = "Searching …";
  let hits = [];
  let said = "";
  try {
    hits = await search(query);
    said = hits.length ? `${hits.length} passages about “${query}”` : `Nothing about “${query}” was found.`;
  } catch (error) {
    said = error.status ? error.message : "The service did not answer. Try again in a moment.";
  }
  // A later search may have been faster.
  if (number !== searches) return;
  element("hits").replaceChildren(...hits.map(hitOf));
  element("status").textContent = said;
});

element("ask-query").addEventListener("click", () => ask(element("query").value));

/* The contact form */

const dialog = element("contact");
const message = element("message");

function mailLink() {
  const link = (body) =>
    `mailto:${address}?subject=${encodeURIComponent(element("subject").value)}&body=${encodeURIComponent(body)}`;
  const whole = link(message.value);
  if (whole.length <= LONGEST_LINK) return { href: whole, isCut: false };
  let body = [...message.value];
  while (link(body.join("")).length > LONGEST_LINK - 100) body = body.slice(0, Math.floor(body.length * 0.9));
  return { href: link(`${body.join("")}\n\n[cut: paste the copied message here]`), isCut: true };
}

function refreshLink() {
  const { href, isCut } = mailLink();
  element("mail").href = href;
  element("contact-status").textContent = isCut
    ? "The message is longer than a mail program takes from a page. Copy it, and paste it into the e-mail."
    : "";
}

function openContact(transcript) {
  message.value = transcript ? `${BEGINNING}\n\nThe conversation so far:\n\n${transcript}` : BEGINNING;
  refreshLink();
  dialog.showModal();
  message.focus();
  message.setSelectionRange(BEGINNING.length, BEGINNING.length);
  message.scrollTop = 0;
}

element("contact-support").addEventListener("click", () => openContact(""));
addEventListener("groundwork:handover", (event) => {
  event.preventDefault();
  openContact(event.detail.transcript);
});
for (const field of [message, element("subject")]) field.addEventListener("input", refreshLink);

element("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(message.value);
    element("contact-status").textContent = "Copied.";
  } catch {
    message.select();
    element("contact-status").textContent = "The browser did not allow it: the message is selected, copy it yourself.";
  }
});
