"""How the schema grew."""
