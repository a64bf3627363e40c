"""A mistake in a configuration file."""


class ConfigError(ValueError):
    """Nothing starts on a wrong configuration. The message names file, entry and key."""

    def __init__(self, file: object, entry: str, key: str, reason: str) -> None:
        self.file, self.entry, self.key, self.reason = str(file), entry, key, reason
        super().__init__(f"{file}: [{entry}] {key}: {reason}")
