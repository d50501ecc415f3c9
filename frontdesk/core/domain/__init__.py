"""What is true; standard library and dateutil only."""
