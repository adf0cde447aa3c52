"""In which encoding a text is: stated, recognised where its bytes leave no doubt, or asked for."""

from __future__ import annotations

import codecs
from contextlib import suppress
from dataclasses import dataclass

from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark


@dataclass(frozen=True)
class Encoding:
    """How to read the bytes of a text.

    Parameters
    ----------
    name
        Codec.
    mark
        Bytes of the byte order mark in front.
    doubtful
        The bytes have several meanings: text that is not ASCII must not be used.
    remark
        Where it comes from; None where that is no news.
    """

    name: str
    mark: int = 0
    doubtful: bool = False
    remark: Remark | None = None

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes are UTF-8 as they are."""
        return self.name in ("utf-8", "ascii")

    @classmethod
    def stated(cls, name: str) -> Encoding:
        """Return the encoding that the configuration states."""
        return cls(name, remark=Remark.of("encoding_stated", encoding=name))


def codec(stated: str, file: str) -> str:
    """Return Python's name of an encoding.

    Raises
    ------
    InputError
        Nobody knows it, or it is none of text.
    """
    try:
        name = codecs.lookup(stated).name
        with suppress(UnicodeError):  # one byte may be less than a letter
            b"a".decode(name)
    except (LookupError, ValueError, AttributeError):
        raise InputError(
            Fault(
                "unknown encoding",
                file,
                expected="utf-8, cp1252, cp1251, latin-1, utf-16 or another name of Python's",
                got=stated,
                cure="correct encoding of this source",
            )
        ) from None
    return name
