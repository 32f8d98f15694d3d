"""Control words of RTF: characters, and groups that are read, skipped or kept for later."""

from __future__ import annotations

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "page": "\n",
    "column": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
SYMBOLS = {"~": " ", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\"}

# Destinations whose group is marked as one to be skipped by programs that do not know it.
KNOWN = frozenset("shpinst shpgrp shppict do footnote annotation atnauthor fldinst nesttableprops formfield".split())

SKIPPED_GROUPS = frozenset(
    "colortbl listtable listoverridetable revtbl rsidtbl generator filetbl shprslt nonshppict nonesttables xe tc tcn "
    "rxe bkmkstart bkmkend themedata colorschememapping latentstyles datastore pn pnseclvl upr objdata mmathPict "
    "ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pgdsctbl sp template background xmlnstbl docvar userprops".split()
)

STORIES = frozenset(
    "footnote annotation shptxt dptxbxtext header headerl headerr headerf footer footerl footerr footerf".split()
)
CAPTURED = frozenset({"listtext", "pntext", "fldinst", "atnauthor", "info", "title"})
FONTS_AND_STYLES = frozenset({"fonttbl", "stylesheet"})
CODE_PAGES = {"mac": 10000, "pc": 437, "pca": 850}
