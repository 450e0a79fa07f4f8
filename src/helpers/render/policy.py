"""The Content-Security-Policy of every page: it shows what lies beside it, and nothing else runs."""

from __future__ import annotations

import base64
import hashlib
import re

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ALWAYS = (
    "default-src 'none'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
)
_NEVER = "; base-uri 'none'; form-action 'self'"

QUARTO_POLICY = f"{_ALWAYS}script-src 'self' 'unsafe-inline'; connect-src 'self'{_NEVER}"
"""For Quarto's pages, whose own scripts stand in the page and differ from version to version."""


def policy(markup: str = "") -> str:
    """The policy of a page of the built-in engine: the scripts in `markup` may run, by their hash, and no other.

    Parameters
    ----------
    markup
        Trusted HTML that the page ends with, its ``<script>`` elements as they are written.
    """
    digests = (hashlib.sha256(text.encode()).digest() for text in _SCRIPT.findall(markup))
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return _ALWAYS + "script-src " + (hashes or "'none'") + _NEVER
