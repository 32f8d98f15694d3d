"""The table of schemes in docs/compression.md: a model compressed in each scheme, checked, and asked in the app."""
