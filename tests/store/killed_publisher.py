"""A process that kills itself (SIGKILL) in the middle of publishing.

    python -m tests.store.killed_publisher CALLS STATEMENT OCCURRENCE

dies right after the given occurrence of a statement that starts so, before its transaction commits.
"""

import os
import signal
import sys

from sqlalchemy import event

from config.settings import Settings
from store.database import Database, open_database
from store.publishing import publish
from store.runs import start_run
from tests.calls import call
from tests.conftest import NOW


def kill_after(db: Database, statement: str, occurrence: int) -> None:
    """Arrange for the process to die after a statement was executed."""
    left = occurrence

    def count(_connection: object, _cursor: object, said: str, *_rest: object) -> None:
        nonlocal left
        left -= said.startswith(statement)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "after_cursor_execute", count)


def main() -> None:
    """Publish until killed."""
    count, statement, occurrence = sys.argv[1:]
    db = open_database(Settings())
    run_id = start_run(db, "xx_test", NOW)
    kill_after(db, statement, int(occurrence))
    publish(db, run_id, "xx_test", [call(f"{number:05}") for number in range(int(count))], NOW)


if __name__ == "__main__":
    main()
