"""What people type and save, read by one rule for all folders: files, numbers, periods, marks.

A file of bytes goes in (CSV in any encoding, a workbook), a :class:`~helpers.intake.table.TypedTable` comes out, whose
numbers and periods are decided by their whole column. What stays ambiguous is refused, with row and column.
"""

from helpers.intake.marks import MISSING_MARKS, BlankMark
from helpers.intake.numbers import Reading, Wrong
from helpers.intake.table import TypedRow, TypedTable, read_table, strays, typed_files

__all__ = [
    "MISSING_MARKS",
    "BlankMark",
    "Reading",
    "TypedRow",
    "TypedTable",
    "Wrong",
    "read_table",
    "strays",
    "typed_files",
]
