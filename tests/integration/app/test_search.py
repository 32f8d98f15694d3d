"""`/v1/search` and `/v1/ground`."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from testing.contract import CITATION, REPORT


def search(http: httpx2.Client, **body: Any) -> dict[str, Any]:
    response = http.post("/v1/search", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert set(found) == {"hits", "copies", "query", "notice"}
    return found


@pytest.mark.parametrize("top_k", [1, 3, 100])
def test_a_search_gives_at_most_as_many_passages_as_asked_for(http: httpx2.Client, top_k: int) -> None:
    hits = search(http, query="annual leave", top_k=top_k)["hits"]
    assert 1 <= len(hits) <= top_k
    assert [hit["index"] for hit in hits] == list(range(1, len(hits) + 1))
    assert all(set(hit) == CITATION for hit in hits)
    assert all(0 <= hit["score"] <= 1 for hit in hits)


def test_the_passage_that_answers_comes_first_and_is_more_relevant_than_any_to_a_hopeless_question(
    http: httpx2.Client,
) -> None:
    good = search(http, query="By when do I have to hand in an expense claim?")["hits"]
    hopeless = search(http, query="What is the boiling point of tungsten in kelvin?")["hits"]
    assert good[0]["document_id"] == "money/expenses.md"
    assert max(hit["score"] for hit in good) > max(hit["score"] for hit in hopeless)


def test_a_search_knows_the_conversation(http: httpx2.Client) -> None:
    history = [
        {"role": "user", "content": "Where do I report a lost laptop?"},
        {"role": "assistant", "content": "At the desk."},
    ]
    found = search(http, query="And by when?", history=history)
    assert found["query"] == "Where do I report a lost laptop? And by when?"
    assert found["hits"][0]["document_id"] == "security/laptops.md"


def test_a_search_is_restricted_to_the_documents_and_sources_of_its_filter(http: httpx2.Client) -> None:
    found = search(http, query="annual leave", filter={"document_ids": ["leave/sick.md"]})
    assert {hit["document_id"] for hit in found["hits"]} == {"leave/sick.md"}
    assert search(http, query="annual leave", filter={"sources": ["nowhere"]})["hits"] == []


def test_a_hit_has_the_section_of_its_passage(http: httpx2.Client) -> None:
    hits = search(http, query="How far ahead do I book my holiday in the calendar?")["hits"]
    assert hits[0]["section"] == "Booking"


def test_the_same_search_has_the_same_order_every_time(http: httpx2.Client) -> None:
    orders = {tuple(hit["chunk_id"] for hit in search(http, query="the manager")["hits"]) for _ in range(6)}
    assert len(orders) == 1


def test_grounding_gives_a_report_with_offsets_into_the_answer(http: httpx2.Client) -> None:
    answer = "Every colleague has 77 days of annual leave."
    body = {"question": "How many?", "answer": answer, "contexts": ["Every colleague has 25 days of annual leave."]}
    report = http.post("/v1/ground", json=body).json()
    assert set(report) == REPORT
    assert report["supported"] is False
    (flag,) = report["flags"]
    assert set(flag) == {"start", "end", "text", "reason", "severity", "confidence", "evidence"}
    assert answer[flag["start"] : flag["end"]] == flag["text"] == "77"
    assert flag["severity"] == "hard"
    assert [set(sentence) for sentence in report["sentences"]] == [{"start", "end", "score", "supported"}]


def test_evidence_of_a_flag_points_into_the_context(http: httpx2.Client) -> None:
    contexts = ["Nothing here.", "Every colleague has 25 days of annual leave."]
    body = {"answer": "Every colleague has 77 days of annual leave.", "contexts": contexts}
    evidence = http.post("/v1/ground", json=body).json()["flags"][0]["evidence"]
    if evidence is not None:
        assert contexts[evidence["context"]][evidence["start"] : evidence["end"]] == evidence["text"]


def test_an_answer_that_its_contexts_contain_is_supported(http: httpx2.Client) -> None:
    body = {"answer": "There are twenty-five days.", "contexts": ["There are 25 days."]}
    report = http.post("/v1/ground", json=body).json()
    assert (report["supported"], report["flags"]) == (True, [])


def test_offsets_count_code_points(http: httpx2.Client) -> None:
    answer = "😀😀 There are 77 days."
    flag = http.post("/v1/ground", json={"answer": answer, "contexts": ["There are 25 days."]}).json()["flags"][0]
    assert answer[flag["start"] : flag["end"]] == "77"


@pytest.mark.parametrize("body", [{"answer": "", "contexts": []}, {"answer": "", "contexts": [""]}])
def test_nothing_said_is_nothing_flagged(http: httpx2.Client, body: dict[str, Any]) -> None:
    assert http.post("/v1/ground", json=body).json()["flags"] == []
