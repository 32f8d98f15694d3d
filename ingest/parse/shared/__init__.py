"""What parsers of several families share.

archive.py, xml_tree.py           ZIP containers and XML, with limits
encoding.py, encoding_guess.py    bytes to characters
compose.py                        labels, cells, headers, comments: parts of a document to elements
numerals.py, symbols.py           list numbers and characters of symbol fonts as displayed
descriptions.py                   alternative texts of pictures
left_out.py                       what the report names
"""
