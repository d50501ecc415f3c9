"""Delivery, proven against real servers."""
