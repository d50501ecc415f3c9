"""What keeps mails from arriving, in words, and what usually helps."""

from __future__ import annotations

from frontdesk.core.domain.outbox import DeliveryTrouble, QueueFault, Trouble
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _

TROUBLE_WORDS: dict[DeliveryTrouble | QueueFault, str] = {
    DeliveryTrouble.REFUSED: later("the server will not take it"),
    DeliveryTrouble.PUT_OFF: later("the server asks to try again later"),
    DeliveryTrouble.BAD_ADDRESS: later("this is no address mail can be sent to"),
    DeliveryTrouble.NO_CONNECTION: later("no connection"),
    DeliveryTrouble.LOST: later("the connection was lost"),
    DeliveryTrouble.TOO_SLOW: later("the server took too long"),
    DeliveryTrouble.NO_KEY: later("the key that its links were sealed with is not on this machine"),
    DeliveryTrouble.OUT_OF_TIME: later("nobody took it in time"),
    DeliveryTrouble.FAULT: later("a fault of this program"),
    QueueFault.SIGN_IN: later("the mail server does not let us sign in"),
    QueueFault.TLS: later("the connection could not be encrypted"),
    QueueFault.UNSUPPORTED: later("the server does not do what it is asked to"),
    QueueFault.NO_SENDER: later("the practice has no address to send from"),
    QueueFault.RESTORED: later("the database goes on from a copy"),
    QueueFault.SENDER_REFUSED: later("the server takes no mail from this sender"),
}

CURE_WORDS: dict[DeliveryTrouble | QueueFault, str] = {
    DeliveryTrouble.REFUSED: later("check the address"),
    DeliveryTrouble.NO_CONNECTION: later(
        "check host and port ([smtp] in the config file), and that no firewall is between"
    ),
    DeliveryTrouble.BAD_ADDRESS: later("check the address"),
    DeliveryTrouble.NO_KEY: later("copy it from the machine where the practice was made"),
    QueueFault.SIGN_IN: later("check user and password ([smtp] in the config file)"),
    QueueFault.TLS: later(
        "check that security fits the port, and that the certificate is for this host and not expired"
    ),
    QueueFault.UNSUPPORTED: later("check security and user ([smtp] in the config file)"),
    QueueFault.NO_SENDER: later("enter it: practice.email, or from ([smtp] in the config file)"),
    QueueFault.RESTORED: later("decide about those that may have been told, one by one, then say yes to the rest"),
    QueueFault.SENDER_REFUSED: later("check from ([smtp] in the config file), or practice.email"),
}


def trouble_words(it: Trouble) -> str:
    """What went wrong, with what the server said."""
    told = _(TROUBLE_WORDS[it.kind])
    return f"{told}: {it.detail}" if it.detail else told


def cure_words(it: Trouble) -> str:
    """What usually helps; empty where nobody can do anything."""
    return _(CURE_WORDS[it.kind]) if it.kind in CURE_WORDS else ""
