"""Run a book's notebooks for a municipality and lay out its site and PDF, with Quarto or the built-in engine."""
