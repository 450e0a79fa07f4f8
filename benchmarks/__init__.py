"""Speed and memory, measured: ``make bench`` runs everything; see docs/performance.md for the figures."""
