"""Documents whose every word, number and cell is known, and the comparison of a reading with them.

`words` invents unique tokens, `model` describes a document and what its reading must hold, `texts`, `sheets`,
`slides` and `mails` plan random documents, the `write_*` modules write them in a file format, `compare` counts what a
reading lost, changed or added. Tests and `benchmarks.fidelity` share it.
"""
