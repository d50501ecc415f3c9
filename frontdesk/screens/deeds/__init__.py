"""What is done with one kind of thing, held by every screen that shows it."""
