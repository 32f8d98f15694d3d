"""Spreadsheets: bytes to elements.

xlsx.py, xls.py, xlsb.py, ods.py, delimited.py   a format to the cells of its sheets, as displayed
numbers.py                                       numbers under their formats
grid.py, sheets.py, visible.py                   the cells of a sheet, those that are displayed
layout.py, headers.py                            the tables among them, and the names of their columns
"""
