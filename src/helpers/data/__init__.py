"""From raw answers to observations: what notebooks and commands ask this room for."""
