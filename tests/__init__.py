"""The same floors as the house, from domain to screens."""
