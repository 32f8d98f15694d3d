"""`groundwork new` and `groundwork update`: a project of one's own from this one, and later versions merged into it.

template.py    where the template comes from, and which version of it
render.py      what copier makes of a version and the answers
documents.py   a fork's own documents
drafts.py      questions drafted from them
new.py         a new project
update.py      a later version, merged into a project
"""
