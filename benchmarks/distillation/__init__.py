"""Judge a student: base, student, extractive answers and the compressed student on pages that no training saw."""
