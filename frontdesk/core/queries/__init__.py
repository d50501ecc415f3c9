"""What can be asked: (look, question) -> view."""
