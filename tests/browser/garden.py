"""The domain of the browser tests: a small garden, with pages that are difficult to display."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

TITLE = "The Wren garden"
REFUSAL = "The garden's pages say nothing about this."
HANDOVER, HANDOVER_URL = "Ask a gardener", "mailto:gardeners@garden.example"
SUGGESTIONS = ("When does the garden open?", "How deep do the moles dig?")

HACK = "window.hacked=1"
HOSTILE_FILE = f"<img src=x onerror={HACK}> 100%25 #1? javascript:{HACK}.md"
"""A file name with markup, a URL and characters that are special in paths; only `/` is not possible."""

# As character references: in a Markdown file the tags themselves are markup, and not read.
_SCRIPT, _PICTURE = escape(f"<script>{HACK}</script>"), escape(f"<img src=x onerror={HACK}>")
_HOSTILE_PAGE = f"""# {_SCRIPT} Poisonous plants

The hemlock {_SCRIPT} grows {_PICTURE} behind the [north gate](javascript:{HACK}).
Wash your hands after touching hemlock <svg/onload={HACK}>.
"""
_YEARS = "\n\n".join(
    f"In {year} the gardeners planted {year - 1850} trees along the avenue, repaired the wall that a winter storm had "
    "broken, and opened the pond to the schools of the valley for one long and rainy week in June."
    for year in range(1860, 1960, 3)
)

PAGES: Mapping[str, str] = {
    "visits/opening.md": (
        "# Opening hours\n\n"
        "The garden opens at 9:30 and closes at 18:00 from April to October. In winter it closes at 16:30. "
        "The map is at https://garden.example/map?x=1\n"
    ),
    "visits/tickets.md": (
        "# Tickets\n\n"
        "| Visitor | Price of a ticket |\n|---|---|\n"
        "| Adult | 12 euros |\n| Child under 14 | 5 euros |\n| Group of ten | 90 euros |\n"
    ),
    "animals/moles.md": (
        "# The moles\n\n"
        "The moles dig to a depth of 30 metres in winter. Their keeper is Ada Wren, who answers on Mondays.\n"
    ),
    "glasshouse.md": (
        "# The glasshouse 🌵\n\n"
        "👩‍🌾 The Cafe\u0301 in the glasshouse serves 🫖 tea and nai\u0308ve cakes until 17:00 sharp.\n"
    ),
    "boats.md": "# Boats\n\nHiring a rowing boat costs 14 euros an hour.\n",
    "lake.md": "# The lake\n\nHiring a rowing boat costs 19 euros an hour.\n",
    "history.md": (
        f"# History\n\n{_YEARS}\n\n## The flood\n\n"
        "The great flood washed away the orchid house, and the orchids were never replaced.\n"
    ),
    f"plants/{HOSTILE_FILE}": _HOSTILE_PAGE,
}


def make_garden(folder: Path) -> Path:
    """Write the domain to `folder`: domain.toml, prompts/ and corpus/; return the folder."""
    for name, text in PAGES.items():
        file = folder / "corpus" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "prompts").mkdir()
    (folder / "prompts" / "system.md").write_text(
        "Answer from the numbered sources, or reply: {refusal}\n", encoding="utf-8"
    )
    suggestions = ", ".join(f'"{question}"' for question in SUGGESTIONS)
    (folder / "domain.toml").write_text(
        f'name = "garden"\ntitle = "{TITLE}"\ntagline = "Ask the gardeners."\nlanguage = "english"\n'
        f'refusal = "{REFUSAL}"\nsources = ["corpus"]\nsuggestions = [{suggestions}]\n'
        f'[widget.handover]\nlabel = "{HANDOVER}"\nurl = "{HANDOVER_URL}"\n[recipe]\ntop_k = 3\n',
        encoding="utf-8",
    )
    return folder
