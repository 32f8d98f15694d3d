"""axe-core, which finds what keeps people from using a page (https://github.com/dequelabs/axe-core)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from testing.builders import REPOSITORY
from testing.components import report_missing

_SCRIPT = REPOSITORY / "app" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_MISSING = "The accessibility tests need axe-core, which comes with Node.js. Install it: cd app/ui && npm ci"
_RUN = """async (excepted) => {
  const rules = Object.fromEntries(excepted.map((rule) => [rule, { enabled: false }]));
  const { violations, passes } = await axe.run(document, { rules, resultTypes: ["violations", "passes"] });
  const nodes = (rule) => rule.nodes.map((node) => [node.target.flat().join(" "), node.failureSummary]);
  const shown = (rule) => ({ rule: rule.id, nodes: nodes(rule) });
  return { violations: violations.map(shown), passes: passes.map(shown) };
}"""

EXCEPTED: dict[str, str] = {}
"""Rules that are not run, each with the reason. `wcag` rules have no place here."""


def read_axe() -> str:
    """Return the script. Without it the tests are skipped, but never in CI."""
    if not _SCRIPT.exists():
        report_missing(_MISSING)
    return Path(_SCRIPT).read_text(encoding="utf-8")


_IN_COMPONENT = ("color-contrast", "button-name")
"""Rules that axe has something to check for where it looks into the component."""


def violations(page: Page, script: str, expected: Collection[str] = _IN_COMPONENT) -> list[str]:
    """Return what axe finds on the page as it is now, each as `rule: element: what to fix`.

    All of axe's rules that are on by default are run, those of WCAG 2.2 AA and its best practices. Raises
    AssertionError when axe had nothing to check for one of the expected rules.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(script)
    # Fonts and the state's own animations are at their end; axe measures colours.
    found: dict[str, list[dict[str, Any]]] = page.evaluate(_RUN, list(EXCEPTED))
    seen = {rule["rule"] for rule in found["passes"]}
    assert set(expected) <= seen, f"axe saw too little: {sorted(seen)}"
    return [
        f"{rule['rule']}: {target}: {' '.join(str(why).split())}"
        for rule in found["violations"]
        for target, why in rule["nodes"]
    ]
