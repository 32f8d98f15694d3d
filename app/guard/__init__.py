"""The grounding proxy: an OpenAI-compatible pass-through that checks the answers of any RAG or model.

    request.py    what a chat request asks of the guard, and what of it goes to the upstream
    contexts/     the texts in the request that the answer has to follow from, and the question
    forward.py    the request to the upstream, and its response, unchanged
    check.py      one answer is checked while it is written; the policy decides what of it is shown
    stream.py     the events of a stream, with the report in the chunk that ends an answer
    whole.py      a response that is not streamed, with the same report
    proxy.py      the ASGI application: these stages in order

It has no index, no database and no model, and imports nothing that loads one.
"""
