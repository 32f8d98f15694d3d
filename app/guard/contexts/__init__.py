"""Find the contexts of an answer in the request for it.

`find.py` goes through the messages; `forms.py` has the marks and prompt forms, `tool_results.py` reads JSON, and
`numbered.py` divides a text at the numbers of its documents.
"""
