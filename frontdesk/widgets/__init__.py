"""Shared drawing: values in, messages out."""
