"""How many GPUs, and what they cost: capacity and cost of a served model, from first principles or from measurements.

    config      a checkpoint's config.json, or the name of a built-in one, becomes a ModelShape
    shape       what of it takes memory, bandwidth and arithmetic
    schemes     weights in bf16, FP8, INT8, INT4 or FP4
    kv_cache    bytes a token leaves in the cache
    hardware    GPUs, and how many of them make one replica
    roofline    latency and rate of one replica, estimated
    sweep       the same, measured
    capacity    users a replica serves, by memory and by service level
    costs       replicas, money, and the break-even with a hosted API
    request     what is to be planned, checked
    plan        all of it side by side
    page        the plan as one HTML page; terminal: the same in a few lines

Formulas and their limits: docs/capacity.md.
"""
