"""Pure rules: no file, clock, network, database or framework."""
