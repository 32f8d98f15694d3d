"""Where a message has its contexts: the prompt forms of frameworks, tags, labels and marks of an installation."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.chat_engine import condense_plus_context, context
from llama_index.core.prompts import chat_prompts, default_prompts
from llama_index.core.query_engine import citation_query_engine

from app.guard.contexts.find import find_contexts
from app.guard.contexts.forms import find_spans, read_mark
from core.errors import ConfigurationError

TEXT = "Full-time staff get 25 days.\n\nSee also:\n-----\nQuestion: none is asked here."
ASKED = "How much leave?"
LANGCHAIN = "Use the following pieces of retrieved context to answer the question. If you don't know, say so."
ANNOUNCED = "Use the following pieces of context to answer the"
ANSWERING = "If you don't know the answer, just say that you don't know, don't try to make up an answer."


def user(text: Any) -> Any:
    return [{"role": "user", "content": text}]


def system(text: Any) -> Any:
    return [{"role": "system", "content": text}, *user(ASKED)]


def chat(template: Any, **values: Any) -> Any:
    return [{"role": message.role.value, "content": message.content} for message in template.format_messages(**values)]


MESSAGES = [ChatMessage(TEXT)]
LLAMA_INDEX = {
    "chat, refine": chat(chat_prompts.CHAT_REFINE_PROMPT, context_msg=TEXT, query_str=ASKED, existing_answer="30 days"),
    "chat, summary": chat(chat_prompts.CHAT_TREE_SUMMARIZE_PROMPT, context_str=TEXT, query_str=ASKED),
    "content, qa": chat(chat_prompts.CHAT_CONTENT_QA_PROMPT, context_messages=MESSAGES, query_str=ASKED),
    "content, refine": chat(
        chat_prompts.CHAT_CONTENT_REFINE_PROMPT, context_messages=MESSAGES, query_str=ASKED, existing_answer="30"
    ),
    "text_qa": user(default_prompts.DEFAULT_TEXT_QA_PROMPT_TMPL.format(context_str=TEXT, query_str=ASKED)),
    "tree_summarize": user(default_prompts.DEFAULT_TREE_SUMMARIZE_TMPL.format(context_str=TEXT, query_str=ASKED)),
    "refine": user(
        default_prompts.DEFAULT_REFINE_PROMPT_TMPL.format(context_msg=TEXT, query_str=ASKED, existing_answer="30 days")
    ),
    "context_chat": system(context.DEFAULT_CONTEXT_TEMPLATE.format(context_str=TEXT) + "Be brief."),
    "context_chat_refine": system(
        context.DEFAULT_REFINE_TEMPLATE.format(context_msg=TEXT, existing_answer="30 days") + "Be brief."
    ),
    "condense_plus_context": system(
        condense_plus_context.DEFAULT_CONTEXT_PROMPT_TEMPLATE.format(context_str=TEXT)
    ),
    "condense_plus_context_refine": system(
        condense_plus_context.DEFAULT_CONTEXT_REFINE_PROMPT_TEMPLATE.format(context_msg=TEXT, existing_answer="30")
    ),
}  # fmt: skip
PLAIN = "Full-time staff get 25 days.\n\nThe gym is free."
OTHERS = {
    "rlm/rag-prompt": user(f"{LANGCHAIN}\nQuestion: {ASKED} \nContext: {PLAIN} \nAnswer:"),
    "stuff": user(f"{ANNOUNCED} question at the end. {ANSWERING}\n\n{PLAIN}\n\nQuestion: {ASKED}\nHelpful Answer:"),
    "stuff, chat": system(f"{ANNOUNCED} user's question. \n{ANSWERING}\n----------------\n{PLAIN}"),
    "retrieval chain": system(f"You are an assistant. {LANGCHAIN}\n\n{PLAIN}"),
    "retrieval chain, labelled": system(f"{LANGCHAIN}\n\nContext: {PLAIN}"),
    "Haystack": user(
        f"\nGiven the following information, answer.\n\nContext:\n\n{PLAIN}\n\nQuestion: {ASKED}\nAnswer:"
    ),
    "label at the end": system(f"Answer from the context only.\nContext:\n{PLAIN}"),
    "Dify": system(f"Use it as knowledge, inside <context></context> XML tags.\n\n<context>\n{PLAIN}\n</context>\n"),
    "named before": system(f"Use the text in <context> tags.\n\n<context>\n{PLAIN}\n</context>\n"),
    "RAGFlow": system(
        f"Summarize.\n      Here is the knowledge base:\n{PLAIN}\n      The above is the knowledge base."
    ),
}


@pytest.mark.parametrize("name", LLAMA_INDEX)
def test_the_context_of_a_llama_index_prompt_is_found_to_the_letter(name: Any) -> None:
    found = find_contexts(LLAMA_INDEX[name], None, ())
    assert [(one.text, one.mark) for one in found.contexts] == [(TEXT, "llama_index")]
    assert found.question == ASKED


@pytest.mark.parametrize("name", OTHERS)
def test_the_context_of_another_prompt_is_found_to_the_letter(name: Any) -> None:
    found = find_contexts(OTHERS[name], None, ())
    assert [one.text for one in found.contexts] == [PLAIN]
    assert found.question == ASKED


@pytest.mark.parametrize("template", ["CITATION_QA_TEMPLATE", "CITATION_REFINE_TEMPLATE"])
def test_numbered_sources_are_contexts_of_their_own_and_the_example_is_none(template: Any) -> None:
    sources = "Source 1:\nStaff get 25 days.\n\nSource 2:\nThe gym is free."
    made = getattr(citation_query_engine, template).format(
        context_str=sources, context_msg=sources, query_str=ASKED, existing_answer="30"
    )
    found = find_contexts(user(made), None, ())
    assert [(one.number, one.text) for one in found.contexts] == [(1, "Staff get 25 days."), (2, "The gym is free.")]
    assert found.question == ASKED


def test_open_webui_numbers_its_sources_in_tags_that_its_instructions_name() -> None:
    text = (
        'Cite [id] **only when the <source> tag includes an id** (e.g., <source id="1">).\n\n<context>\n'
        '<source id="1" name="a.pdf">Staff get 25 days.</source>\n<source id="3" name="b">The gym is free.</source>\n'
        "</context>\n"
    )
    found = find_contexts(system(text), None, ())
    assert [(one.number, one.text) for one in found.contexts] == [(1, "Staff get 25 days."), (3, "The gym is free.")]


def test_the_documents_of_nested_tags_are_contexts_without_their_names() -> None:
    text = "".join(
        f'<document index="{number}">\n<source>{number}.pdf</source>\n<document_content>\n{body}\n</document_content>\n'
        "</document>\n"
        for number, body in ((1, "Staff get 25 days."), (2, "The gym is free."))
    )
    found = find_contexts(user(f"<documents>\n{text}</documents>\n\n{ASKED}"), None, ())
    assert [one.text for one in found.contexts] == ["Staff get 25 days.", "The gym is free."]


def test_anything_llm_numbers_its_contexts_in_brackets() -> None:
    text = "Context:\n[CONTEXT 0]:\nStaff get 25 days.\n[END CONTEXT 0]\n\n[CONTEXT 1]:\nThe gym.\n[END CONTEXT 1]\n\n"
    assert [one.text for one in find_contexts(system(text), None, ()).contexts] == ["Staff get 25 days.", "The gym."]


def test_a_mark_of_the_installation_comes_before_everything_else() -> None:
    text = f"<context>not this</context>\n### KB\n{PLAIN}\n### END\n{ASKED}"
    found = find_contexts(user(text), None, [read_mark("### KB\\n...\\n### END")])
    assert [(one.text, one.mark) for one in found.contexts] == [(PLAIN, "### KB...### END")]


def test_a_mark_without_an_end_goes_on_to_the_end_of_the_message() -> None:
    (found,) = find_contexts(system(f"Be brief.\nKB: {PLAIN}"), None, [read_mark("KB: ...")]).contexts
    assert found.text == PLAIN


@pytest.mark.parametrize("mark", ["", "...", "...</kb>", "<kb>", "   ...x"])
def test_a_mark_without_a_beginning_is_refused(mark: Any) -> None:
    with pytest.raises(ConfigurationError, match="<kb>"):
        read_mark(mark)


@pytest.mark.parametrize(
    "text",
    ["Hello.", "<context></context>", "<context>\n \n</context>", "<context> without an end", "Context: none", "Query:",
     "What is the Context: label for?", "Context information is below.", "[CONTEXT 1]:\nno end", ""],
)  # fmt: skip
def test_a_message_without_contexts_has_none(text: Any) -> None:
    assert find_contexts(user(text), None, ()).contexts == ()


@given(st.text(max_size=80), st.lists(st.sampled_from(["<context>", "</context>", "Context:\n", "\nQuestion:", "[1] ",
       "Source 1:\n", "<document>", "</document>", "\n----\n", "Given the ", "[CONTEXT 0]:\n", "\n[END CONTEXT 0]"]),
       max_size=12))  # fmt: skip
def test_spans_are_in_order_do_not_overlap_and_have_a_text(noise: Any, parts: Any) -> None:
    text = noise.join(parts)
    spans = find_spans(text, ())
    places = [place for span in spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(text[span.start : span.end].strip() for span in spans)
    for one in find_contexts(user(text), None, ()).contexts:
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    "piece",
    ["Context:\n", "<context>", "<context></context>", "\n", " ", "-", "Source 1:\n", "<source a", "[CONTEXT 0]:\n",
     "Context information is below.\n----\n", "Here is the knowledge base:\n", "Context:\nQuestion:", "<document>"],
)  # fmt: skip
def test_a_message_that_only_begins_contexts_again_and_again_takes_time_linear_in_its_length(piece: Any) -> None:
    text = piece * (200_000 // len(piece))
    began = time.thread_time()
    find_contexts(user(text), None, ())
    # 0.1 s here; a reading that began again at each piece would take minutes.
    assert time.thread_time() - began < 5


def test_a_message_that_only_ends_contexts_before_one_begins_takes_time_linear_in_its_length() -> None:
    text = "</document>" * 40_000 + "<document>"
    began = time.thread_time()
    assert not find_spans(text, ())
    # 0.01 s here; a search for the beginning from each end takes 10 s.
    assert time.thread_time() - began < 2
