"""Texts of documents and conversations as data in a prompt: nothing in them is a mark of the prompt, or hidden.

A model server turns a prompt into tokens after it has been put into the model's chat template. The template's own marks
(`<|im_start|>`, `[INST]`, `</s>`) become the same tokens wherever they are written: a document that contains them could
end the user's turn and begin one of the system. Each gets a blank behind its first character, which the tokenizer of no
model takes for a mark. The fence behind a passage (`app/answer/generated/prompt.py`) is shortened.

Characters that no reader can see, and that models read, are left out: tags (U+E0000 to U+E007F), which spell a hidden
text, and variation selectors beyond one in a row, which can contain any bytes.

Not covered: what is written for people and only asks the model for something; marks of templates that look like none of
these; text that is hidden by the colours of the original document, which is in the text that the reader is shown.
"""

from __future__ import annotations

import re

FENCE = "-----"
"""The line behind each passage; no passage has it."""
_RULER = re.compile(r"-{5,}")
_TEMPLATE_MARK = re.compile(
    r"<(?=[|｜][^<>\n]{0,60}[|｜]>"
    r"|/?(?:s|bos|eos|pad|unk|mask|think|thinking|tool|tools|tool_call|tool_calls|tool_response|function|functions"
    r"|start_of_turn|end_of_turn|start_of_image|image|image_soft_token|audio|video|extra_id_\d+|reserved_\d+)>"
    r"|</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID|IMG|THINK)\])"
)
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_MORE_SELECTORS = re.compile("(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def as_data(text: str) -> str:
    """Return a text in which nothing is a mark of a chat template, a fence, or hidden.

    A text without any of them is returned as it is.
    """
    visible = _MORE_SELECTORS.sub("", _TAGS.sub("", text))  # in this order: a tag may be between two selectors
    return _TEMPLATE_MARK.sub(r"\g<0> ", _RULER.sub("---", visible))
