"""What the reader sees: Altair figures, Great Tables tables, Danish words and numbers; it judges nothing."""
