"""What may be said to the desk."""
