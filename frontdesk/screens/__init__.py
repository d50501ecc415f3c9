"""What is on the screen: one screen, one file and its styles."""
