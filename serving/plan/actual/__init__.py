"""A plan against what a running vLLM recorded: `groundwork model plan --actual`.

    scrape        vLLM's /metrics, read from a URL or a file
    recorded      what the counters say between two scrapes, or since the server's start
    request       what is compared, validated
    corrections   each cost term of the plan, estimated and recorded, and the factor between the two
    compare       the plan again with the recorded lengths, and with the corrected terms
    result        what was found
    console       the comparison on the terminal
    html          the comparison as one HTML page

What can be concluded from it, and what not: docs/capacity.md.
"""
