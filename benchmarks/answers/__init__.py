"""How good the answers without a model are, on six sets of questions. Run: `python -m benchmarks.answers --help`."""
