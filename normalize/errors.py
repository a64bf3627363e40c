"""What can be wrong with one record."""


class RecordError(ValueError):
    """One record cannot be used as it is; the run goes on without it.

    Args:
        reason: What is wrong, in words an operator understands.
        field: The field of ours it would have filled, such as ``"deadlines"``; filled in by the
            caller that knows it (see `for_field`) when the parser does not.
        value: The offending value as printed by the source, shortened to 200 characters.
    """

    def __init__(self, reason: str, *, field: str = "", value: object = "") -> None:
        self.reason = reason
        self.field = field
        # A lone surrogate (JSON can hold one) would break whoever writes the reject down.
        self.value = str(value)[:200].encode("utf-8", "replace").decode()
        super().__init__(f"{field or 'record'}: {reason} ({self.value!r})")

    def for_field(self, field: str) -> "RecordError":
        """Return the same error naming ``field``, unless it already names one."""
        return self if self.field else RecordError(self.reason, field=field, value=self.value)


class NotACall(Exception):
    """The record is something nobody can apply to (news, an award, a tender); counted, not rejected.

    Args:
        reason: Why, in words, the same for every record of the kind: it is counted by it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
