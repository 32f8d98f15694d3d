"""How fast a served model answers: GuideLLM on the domain's own prompts.

    prompts     a JSONL of chat messages, as the app rendered them
    rows        which prompt the n-th request sends; the same prompt is never sent twice as it was
    scenario    what GuideLLM is asked to do
    guidellm    GuideLLM's process, in its own environment
    source      the data set that GuideLLM reads there
    measure     one run, from the server's name to both reports
    results     GuideLLM's report as values
    compare     two results side by side; intervals: ratios by the bootstrap
    summary     results in a few lines, and as plain values
    page        results as one HTML page

What is measured, and what is not: docs/measuring.md.
"""
