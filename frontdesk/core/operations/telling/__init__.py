"""Whoever has to know is told, with the change: by mail, by a call, by a webhook."""
