"""Ask a running Groundwork through OpenAI's SDK, once as a whole and once as a stream.

    make demo                                              in one terminal
    python examples/ask_with_the_openai_sdk.py             in another

GROUNDWORK_URL names another address than http://localhost:8000.
"""

import os
import sys

from openai import OpenAI

QUESTION = "By when do I have to hand in an expense claim?"

client = OpenAI(base_url=f"{os.environ.get('GROUNDWORK_URL', 'http://localhost:8000')}/v1", api_key="none")
question = " ".join(sys.argv[1:]) or QUESTION

# As a whole. Fields that OpenAI does not know are in `model_extra`.
answer = client.chat.completions.create(model="groundwork", messages=[{"role": "user", "content": question}])
about = (answer.model_extra or {})["groundwork"]
print(answer.choices[0].message.content)
for citation in about["citations"]:
    print(f"  [{citation['index']}] {citation['document_name']}, {citation['section']} ({citation['document_id']})")
for flag in (about["grounding"] or {"flags": []})["flags"]:
    print(f"  {flag['severity']}: {flag['text']!r} ({flag['reason']})")

# As a stream. The first chunk has the passages; the chunk with a finish reason has citations and grounding.
print("\nStreamed:")
stream = client.chat.completions.create(
    model="groundwork", messages=[{"role": "user", "content": question}], stream=True
)
for chunk in stream:
    extra = (chunk.model_extra or {}).get("groundwork") or {}
    if "passages" in extra:
        print(f"({len(extra['passages'])} passages)")
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
        if choice.finish_reason:
            print(f"\n({len(extra['citations'])} citations, {extra['timings_ms']['total']:.0f} ms)")
