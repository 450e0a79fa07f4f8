"""What people type and save, read by one rule for all folders: files, numbers, periods, marks.

A file of bytes goes in (CSV in any encoding, a workbook), a :class:`~helpers.intake.table.TypedTable` comes out, whose
numbers and periods are decided by their whole column. What stays ambiguous is refused, with row and column.
"""
