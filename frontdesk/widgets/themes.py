"""Four looks of our own; on sixteen colours Textual's ansi theme stands in."""

from __future__ import annotations

from textual.theme import Theme

THEMES = (
    Theme(
        name="dark",
        primary="#5fafd7",
        secondary="#87afaf",
        success="#87af5f",
        warning="#d7af5f",
        error="#d75f5f",
        accent="#d7875f",
        foreground="#d0d0d0",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        dark=True,
    ),
    Theme(
        name="light",
        primary="#005f87",
        secondary="#5f8787",
        success="#3f7f1f",
        warning="#8a5f00",
        error="#af0000",
        accent="#af5f00",
        foreground="#1c1c1c",
        background="#fafafa",
        surface="#f0f0f0",
        panel="#e4e4e4",
        dark=False,
    ),
    Theme(
        name="contrast",
        primary="#00ffff",
        secondary="#ffffff",
        success="#00ff00",
        warning="#ffff00",
        error="#ff5f5f",
        accent="#ff00ff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        dark=True,
    ),
    Theme(
        name="safe",  # blue and orange are told apart by all common kinds of colour blindness
        primary="#56b4e9",
        secondary="#999999",
        success="#0072b2",
        warning="#e69f00",
        error="#d55e00",
        accent="#cc79a7",
        foreground="#e4e4e4",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        dark=True,
    ),
)

NAMES = {"dark": "dark", "light": "light", "contrast": "contrast", "safe": "safe", "ansi": "ansi-dark"}
