"""How fast a served model answers: GuideLLM on the domain's own prompts.

    request     what is measured, validated
    prompts     the prompts of a run: what they are, and that none is repeated
    replay      recorded requests with their times, read and checked
    server      the server that is measured: its model, and whether it answers
    rows        which prompt the n-th request sends; the same text is never sent twice
    scenario    the request as GuideLLM's configuration
    guidellm    GuideLLM's process, in its own environment; source: the data set that it reads there
    measure     one run, from the server's address to the reports; files: where they are kept
    result      GuideLLM's reports as values
    compare     two results side by side; intervals: their ratios, by the bootstrap
    crossing    where the curves of two schemes cross
    findings    what the figures say, in sentences
    console     results and comparisons on the terminal
    html        the results of a folder as one HTML page; charts: its drawings

What is measured, and what is not: docs/measuring.md.
"""
