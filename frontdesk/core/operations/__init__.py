"""What may be done: (tx, ask) -> event."""
