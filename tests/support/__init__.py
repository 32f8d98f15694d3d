"""Helpers that several tests share: builders of values, makers of files, and real servers on this machine."""
