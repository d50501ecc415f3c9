# ruff: noqa
from textual.app import App
from textual.widgets import Static


class A(App):
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self):
        yield Static("HELLO-READY")


A().run()
