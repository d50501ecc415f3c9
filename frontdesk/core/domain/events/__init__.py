"""Facts: what happened. Each is the return value, the history row, the toast, the JSON, and what undo reverses."""
