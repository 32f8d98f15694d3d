"""Write the generated pages again: `python -m testing.documentation`."""

from __future__ import annotations

from testing.documentation.reference import FOLDER, generated_pages

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in generated_pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
