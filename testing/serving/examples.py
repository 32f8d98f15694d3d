"""Questions on the sample corpus whose answer is one of its sentences, to train the tiny checkpoint on.

An example is a value; `render` turns it into the chat messages that the model is shown. The caller may hand in
the messages of the real prompt instead, as long as each conversation ends with the assistant's answer.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HEADING = re.compile(r"^#{1,6}\s+(?P<heading>.+?)\s*$", re.MULTILINE)
SENTENCE = re.compile(r"(?<![^\n ])[A-Z][^.!?|\n]{30,160}\.(?=\s|$)")


# One turn of a chat: `role` ("system", "user" or "assistant") and `content`.
Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a document and the text below it, up to the next heading."""

    document: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the passages shown with it, and the answer: a sentence of one of them with its marker."""

    question: str
    passages: tuple[str, ...]
    answer: str


def read_corpus(directory: Path) -> dict[str, str]:
    """The Markdown files at any depth below `directory`, by relative path, in the order of the paths.

    Raises FileNotFoundError when there are none.
    """
    texts = {
        path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(directory.rglob("*.md"))
    }
    if not texts:
        raise FileNotFoundError(f"no *.md file below {directory}: give the folder of the sample corpus")
    return texts


def make_examples(corpus: dict[str, str], count: int, passages: int = 5, seed: int = 0) -> list[Example]:
    """`count` examples with different questions and answers, spread over the corpus; the same for the same seed.

    Raises ValueError when the corpus has fewer sections with a usable sentence.
    """
    sections = [section for name, text in corpus.items() for section in _sections(name, text)]
    generator = random.Random(seed)
    generator.shuffle(sections)
    chosen: dict[str, Example] = {}
    answered: set[str] = set()
    for section in sections:
        if len(chosen) == count:
            break
        question = f"What does {section.document} say about {section.heading}?"
        sentence = SENTENCE.search(section.text)
        if sentence is None or question in chosen or sentence.group() in answered:
            continue
        answered.add(sentence.group())
        others = generator.sample([other for other in sections if other is not section], passages - 1)
        place = generator.randrange(passages)
        shown = [*others[:place], section, *others[place:]]
        chosen[question] = Example(
            question=question,
            passages=tuple(f"{part.heading}\n{part.text}" for part in shown),
            answer=f"{sentence.group().removesuffix('.')} [{place + 1}].",
        )
    if len(chosen) < count:
        raise ValueError(f"the corpus gives {len(chosen)} examples, {count} are needed: ask for fewer")
    return list(chosen.values())


def render(example: Example) -> list[Message]:
    """The example as a conversation: instructions, numbered passages with the question, the answer."""
    numbered = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(example.passages, start=1))
    return [
        {"role": "system", "content": "Answer from the numbered passages only. Cite them like this: [1]."},
        {"role": "user", "content": f"{numbered}\n\nQuestion: {example.question}"},
        {"role": "assistant", "content": example.answer},
    ]


def _sections(name: str, text: str) -> Iterator[Section]:
    document = Path(name).stem.replace("-", " ").replace("_", " ")
    headings = list(HEADING.finditer(text))
    ends: Sequence[int] = [*(match.start() for match in headings[1:]), len(text)]
    for match, end in zip(headings, ends, strict=bool(headings)):
        body = text[match.end() : end].strip()
        if body:
            yield Section(document, match["heading"], body)
