"""Test the page in a real browser with the real service."""
