"""Spreadsheets: bytes to elements.

xlsx.py, xls.py, xlsb.py, ods.py, delimited.py        a format to the cells of its sheets, as displayed
numbers.py, number_formats.py, digits.py, dates.py    numbers under their formats
grid.py, visible.py                                   the cells of a sheet, and those that are displayed
layout.py, headers.py                                 the tables among them, and the names of their columns
workbook.py, sheets.py                                workbooks and sheets to elements
"""
