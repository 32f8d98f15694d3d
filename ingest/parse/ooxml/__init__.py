"""What the formats of Office Open XML (docx, pptx, xlsx) share.

opc.py                      the parts of a file and their relationships
names.py                    names with the prefixes of the standard; local.py: names without them
equations.py                equations in one line
charts.py, smart_art.py     the values and texts of graphics
text.py, numbering.py       the paragraphs of drawings, and their numbers
"""
