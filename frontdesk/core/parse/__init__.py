"""What is heard: text to value, no I/O."""
