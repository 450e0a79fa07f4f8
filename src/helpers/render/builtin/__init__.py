"""The built-in engine: the same pages and PDF as Quarto makes of a book, by pandoc and Typst from wheels."""
