"""The scheduling core; no Textual, no Typer below this line."""
