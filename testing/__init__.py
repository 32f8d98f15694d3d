"""Helpers that the tests and the benchmarks share: builders, real servers, scripted models. Not part of the wheel."""
