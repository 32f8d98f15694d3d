"""Helpers for tests and benchmarks that serve a real model with vLLM on this machine."""
