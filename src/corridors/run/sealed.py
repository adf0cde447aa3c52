"""State files that carry their own digest: one that was damaged in any way is as if not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_OPENING = b'{"sha256": "'
_CLOSING = b'",'


def seal(content: Mapping[str, object]) -> bytes:
    """Return the bytes of a state file: a JSON object whose first field is its digest.

    Parameters
    ----------
    content
        Ready for JSON, at least one field; sorted by name.

    Examples
    --------
    >>> opened(seal({"format": 1, "names": ["a"]}))
    {'format': 1, 'names': ['a']}
    >>> opened(seal({"format": 1}).replace(b"1", b"2", 1)) is None
    True
    """
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    # A path that is no UTF-8 has no other JSON form.
    body = text.encode("utf-8", "backslashreplace")[1:] + b"\n"
    return _OPENING + hashlib.sha256(body).hexdigest().encode() + _CLOSING + body


def opened(data: bytes) -> dict[str, Any] | None:
    """Return the content of a state file, None if it is not byte for byte as it was written.

    Notes
    -----
    The digest is over the bytes that follow it, so nothing is parsed that was not written by
    :func:`seal`: no depth, number or letter of a damaged file can do harm.
    """
    start = len(_OPENING) + 64
    body = data[start + len(_CLOSING) :]
    digest = hashlib.sha256(body).hexdigest().encode()
    if data[: len(data) - len(body)] != _OPENING + digest + _CLOSING:
        return None
    content: dict[str, Any] = json.loads(b"{" + body)
    return content
