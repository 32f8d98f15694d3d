"""What a browser displays of an element, as far as the page itself says so.

Read: the `hidden` attribute, inline styles, and the rules of <style> elements whose selector is one class or one
identifier. Not covered: other selectors, style sheets in other files, media queries, text in the colour of its
background, and what a script shows or hides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from selectolax.lexbor import LexborNode

_RULE = re.compile(r"([^{};]*+)\{([^{}]*+)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_BLOCK = re.compile(r"@[^{};]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_ONE_NAME = re.compile(r"[.#][\w-]+")
_NAME = re.compile(r"[.#]([\w-]+)")


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """Return the properties of an inline style, in lower case."""
    pairs = (part.partition(":") for part in style.casefold().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def style_of(attributes: Mapping[str, str | None]) -> Mapping[str, str]:
    """Return the properties of the inline style."""
    style = attributes.get("style")
    return declarations(style) if style else {}


def hides(style: Mapping[str, str]) -> bool:
    """Say whether declarations take an element off the page."""
    return style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse")


def hidden_names(root: LexborNode) -> frozenset[str]:
    """Return the selectors (.class, #identifier) of the page's own style that hide, and that no other rule shows.

    What a media query shows counts as shown: the page is read as wide as anybody's screen.
    """
    hiding: set[str] = set()
    mentioned: set[str] = set()
    for sheet in root.css("style"):
        css = _COMMENT.sub(" ", sheet.text())
        always = (sheet.attributes.get("media") or "all").strip().casefold() in ("all", "screen")
        for selectors, body in _RULE.findall(_AT_BLOCK.sub(" ", css)) if always else ():
            if hides(declarations(body)):
                single = {selector.strip() for selector in selectors.split(",")}
                hiding |= {selector for selector in single if _ONE_NAME.fullmatch(selector)}
        for selectors, body in _RULE.findall(css):
            properties = declarations(body)
            if properties.keys() & {"display", "visibility"} and not hides(properties):
                mentioned |= {match.group(0) for match in _NAME.finditer(selectors)}
    return frozenset(hiding - mentioned)


def is_hidden(tag: str, attributes: Mapping[str, str | None], names: frozenset[str]) -> bool:
    """Say whether an element is not displayed."""
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    if names:
        own = {f".{name}" for name in (attributes.get("class") or "").split()} | {f"#{attributes.get('id')}"}
        if own & names:
            return not _shown(attributes)
    return hides(style_of(attributes))


def _shown(attributes: Mapping[str, str | None]) -> bool:
    return style_of(attributes).get("display", "none") != "none"
