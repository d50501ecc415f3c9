"""What is said: value to text, no I/O."""
