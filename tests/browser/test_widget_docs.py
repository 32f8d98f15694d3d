"""Every snippet of docs/widget.md does what the page says: it is taken from there, and run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.domain import load_domain
from testing.builders import REPOSITORY
from testing.model_server import ModelServer, Script
from tests.browser.garden import make_garden
from tests.browser.site import KEY, SiteVisit, page_html

DOCUMENT = (REPOSITORY / "docs" / "widget.md").read_text(encoding="utf-8")
SERVICE, DOCUMENTED_KEY = "https://help.example.com", "4mXb0q2vT8sLw1Zc"
INTERFACE = REPOSITORY / "app" / "ui"
GOOD = "The garden opens at 9:30 [1]."

needs_node = pytest.mark.skipif(
    not (INTERFACE / "node_modules" / "vite").exists(), reason="the tools of the interface are not installed: make ui"
)
_BUNDLE = """
import { build } from "vite";
await build({
  configFile: false, logLevel: "error", root: process.argv[1],
  resolve: { alias: [
    { find: /^react\\/jsx-(dev-)?runtime$/, replacement: require.resolve("preact/jsx-runtime") },
    { find: /^react-dom\\/client$/, replacement: require.resolve("preact/compat/client") },
    { find: /^react$/, replacement: require.resolve("preact/compat") },
  ] },
  build: { outDir: "out", lib: { entry: "main.jsx", formats: ["iife"], name: "site", fileName: () => "main.js" } },
});
"""


def snippets(language: str) -> list[str]:
    """Return the code blocks of the document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


def here(snippet: str, visitor: SiteVisit) -> str:
    """Return a snippet with the service and the key of the test."""
    return snippet.replace(SERVICE, visitor.service).replace(DOCUMENTED_KEY, KEY)


def test_every_kind_of_snippet_is_run() -> None:
    kinds = set(re.findall(r"^```(\w+)$", DOCUMENT, re.MULTILINE))
    assert kinds == {"html", "js", "css", "http", "php", "jsx", "ts", "toml", "nginx"}
    counts = {kind: len(snippets(kind)) for kind in sorted(kinds)}
    assert counts == {"css": 1, "html": 3, "http": 1, "js": 2, "jsx": 1, "nginx": 1, "php": 1, "toml": 1, "ts": 1}


def test_the_complete_page_works_under_its_policy(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    html, policy = snippets("html")[1], snippets("http")[0].strip().removeprefix("Content-Security-Policy: ")
    visitor.site.publish(snippets("js")[0], path="/support.js")
    visitor.site.publish(snippets("css")[0], path="/support.css")
    visitor.open(here(html, visitor), policy=here(policy, visitor))
    visitor.page.get_by_role("button", name="When do you open?").click()
    expect(visitor.answers).to_contain_text("The garden opens at 9:30")
    expect(visitor.page.locator("html")).to_have_attribute("data-last-answer", "found")
    expect(visitor.panel.locator(".composer button")).to_have_css("background-color", "rgb(122, 31, 162)")


def test_the_script_tag_alone_works(visitor: SiteVisit) -> None:
    visitor.open(page_html(here(snippets("html")[0], visitor)))
    visitor.open_panel()


def test_the_element_in_the_page_works(visitor: SiteVisit) -> None:
    visitor.open(page_html("", here(snippets("html")[2], visitor)))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    expect(visitor.launcher).to_have_count(0)


def test_the_snippet_for_wordpress_writes_a_tag_that_works(visitor: SiteVisit) -> None:
    """PHP writes what is outside of `<?php … ?>`; the snippet begins inside."""
    written = re.sub(r"<\?php.*?\?>", "", f"<?php {snippets('php')[0]} ?>", flags=re.DOTALL)
    assert written.strip() == snippets("html")[0].strip()
    visitor.open(page_html("", here(written, visitor)))
    visitor.open_panel()


def test_the_hand_over_to_tickets_sends_the_transcript(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.patch_widget(handover={"label": "Ask the keeper", "url": None})
    visitor.page.route("**/tickets", lambda route: route.fulfill(json={"address": "/ticket-7"}))
    visitor.site.publish(page_html(), path="/ticket-7")
    visitor.open(page_html(f"<script>{snippets('js')[1]}</script>" + here(snippets("html")[0], visitor)))
    visitor.open_panel()
    visitor.ask("When do you open?")
    with visitor.page.expect_request("**/tickets") as sent:
        visitor.panel.get_by_role("button", name="Ask the keeper").click()
    assert GOOD in (sent.value.post_data or "")
    visitor.page.wait_for_url("**/ticket-7")


@needs_node
def test_the_component_for_react_works(visitor: SiteVisit, model: ModelServer, tmp_path: Path) -> None:
    """On Preact's layer that is compatible with React, which is installed with the interface."""
    model.script = Script(pieces=tuple(GOOD))
    (tmp_path / "HelpChat.jsx").write_text(here(snippets("jsx")[0], visitor), encoding="utf-8")
    (tmp_path / "main.jsx").write_text(
        'import { createRoot } from "react-dom/client";\nimport { HelpChat } from "./HelpChat.jsx";\n'
        "const answered = (detail) => { document.title = detail.answer };\n"
        'const root = createRoot(document.getElementById("app"));\n'
        "window.show = (shown) => root.render(shown ? <HelpChat onAnswer={answered} /> : null);\nwindow.show(true);\n",
        encoding="utf-8",
    )
    bundle = (
        'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/x");' + _BUNDLE
    )
    command = ["node", "--input-type=module", "-e", bundle, str(tmp_path)]
    subprocess.run(command, cwd=INTERFACE, check=True, timeout=60)
    visitor.site.publish((tmp_path / "out" / "main.js").read_text(encoding="utf-8"), path="/main.js")
    visitor.open(page_html("", '<div id="app"></div><script src="/main.js"></script>'))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    visitor.ask("When do you open?")
    expect(visitor.page).to_have_title(GOOD)
    visitor.page.evaluate("show(false)")
    expect(visitor.page.locator("groundwork-chat")).to_have_count(0)
    visitor.page.evaluate("show(true)")
    expect(visitor.answers).to_have_count(1)


@needs_node
def test_the_types_fit_what_a_site_writes(tmp_path: Path) -> None:
    (tmp_path / "groundwork-chat.d.ts").write_text(snippets("ts")[0], encoding="utf-8")
    (tmp_path / "site.ts").write_text(
        'const chat = document.querySelector("groundwork-chat");\n'
        'if (chat) { chat.open = true; chat.mode = "inline"; void chat.ask("Why?"); chat.hide(); }\n'
        'addEventListener("groundwork:answer", ({ detail }) => detail.answer.trim());\n'
        'addEventListener("groundwork:handover", ({ detail }) => detail.turns.map(({ question }) => question));\n'
        "// @ts-expect-error there is no such mode\n"
        'if (chat) chat.mode = "popup";\n',
        encoding="utf-8",
    )
    tsc = str(INTERFACE / "node_modules" / ".bin" / "tsc")
    command = [
        tsc,
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--lib",
        "es2022,dom",
        "groundwork-chat.d.ts",
        "site.ts",
    ]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_table_of_a_site_is_valid(tmp_path: Path) -> None:
    domain = make_garden(tmp_path)
    with (domain / "domain.toml").open("a", encoding="utf-8") as file:
        file.write(snippets("toml")[0])
    assert [site.key for site in load_domain(domain).sites] == [DOCUMENTED_KEY]


def test_every_variable_of_the_theme_is_documented() -> None:
    styles = "".join(file.read_text(encoding="utf-8") for file in (INTERFACE / "src" / "theme").glob("*.css"))
    theme = DOCUMENT[DOCUMENT.index("## Theming") : DOCUMENT.index("## Events")]
    inner = {"scheme", "visible", "visible-top", "shadow", "ok"}
    severities = {"hard", "hard-tint", "soft", "soft-tint"}
    used = set(re.findall(r"var\(\s*--gw-([\w-]+)", styles)) - inner - severities
    assert set(re.findall(r"`--gw-([\w-]+)`", theme)) == used
