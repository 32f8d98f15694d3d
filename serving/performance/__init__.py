"""How fast a model answers on given hardware, estimated or measured.

slo        service level objectives, and latencies
roofline   latency and rate of one replica, estimated from first principles
sweep      the same, measured
capacity   requests that one replica serves: by memory, and by service level
"""
