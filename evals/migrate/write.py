"""Write the prompt that was found as files beside the migration. The domain itself is never changed."""

from __future__ import annotations

from pathlib import Path

from core.domain import Domain
from evals.migrate.candidate import Candidate, Place
from evals.migrate.confirm import Confirmation

_FILES: dict[Place, str] = {"standard": "system.md", "small": "small.md", "distilled": "small.md"}


def write_prompt(
    folder: Path, domain: Domain, recipe: str, new: str, best: Candidate, confirmation: Confirmation, tried: int
) -> tuple[Path, ...]:
    """Write the prompt as the domain names it, and the lines of its recipe; return both files."""
    prompt = folder / _FILES[best.place]
    prompt.write_text(best.template.strip() + "\n", encoding="utf-8")
    snippet = folder / "recipe.toml"
    target = domain.folder / "prompts" / prompt.name
    shown = f"{confirmation.difference:+.3f} (95% interval {confirmation.low:+.3f} to {confirmation.high:+.3f})"
    table = "recipe" if recipe == "default" else f"recipes.{recipe}"
    snippet.write_text(
        f"# A prompt for {new}: {best.what}.\n"
        f"# Gain on {confirmation.n} held-out cases: {shown}; {tried} candidates were tried.\n"
        f"# 1. Copy {prompt} to {target}\n"
        f"# 2. Set these lines in {domain.folder / 'domain.toml'}, and restart the service.\n"
        f"[{table}]\n"
        f'prompt = "{best.place}"\n',
        encoding="utf-8",
    )
    return prompt, snippet
