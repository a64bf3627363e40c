"""The first example of a property loads tables; on a busy machine that takes longer than 200 ms."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
