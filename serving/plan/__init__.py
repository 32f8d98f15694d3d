"""How many GPUs, and what they cost: capacity and cost of a served model, from estimates or from measurements.

    request     what is planned, validated
    plan        every combination of model, scheme and GPU, compared
    costs       replicas, money, and the break-even with a hosted API
    result      the Plan: its options and refusals
    console     the plan on the terminal
    html        the plan as one HTML page; charts: its drawings
    actual/     the plan against what a running server recorded

Formulas and their limits: docs/capacity.md.
"""
