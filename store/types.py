"""Column types that keep what SQLite would lose, and refuse or mend what PostgreSQL would not take."""

import re
from datetime import UTC, datetime

from sqlalchemy import DateTime, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: naive values are refused, others stored as UTC and read back as UTC.

    SQLite drops time zones; without this a deadline of 17:00+01:00 comes back as a naive 17:00.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value in UTC; raises ValueError when it has no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored value as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class KeptString(TypeDecorator[str]):
    """Text of a source or of an address line, in which a database may not take every character.

    PostgreSQL refuses NUL, and half of a surrogate pair has no UTF-8; JSON can hold both. They
    become U+FFFD, in what is stored and in what is asked for.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the value as both databases can keep it."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class KeptText(KeptString):
    """The same without a limit of length."""

    impl = Text
    cache_ok = True
