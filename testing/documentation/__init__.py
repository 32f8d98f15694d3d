"""The documentation's site and its generated pages: `python -m testing.documentation` writes docs/reference/ again."""
