import pytest

from store.database import Database
from store.staff import (
    Staff,
    StaffError,
    add_staff,
    all_staff,
    end_sessions,
    remove_staff,
    set_password,
    staff_by_id,
    staff_by_password,
)
from tests.conftest import NOW

GOOD = "correct horse battery"


def ada(db: Database) -> Staff:
    return add_staff(db, " Ada@Cluster.example ", GOOD, NOW)


def test_the_right_pair_opens_the_account_whatever_the_case_of_the_address(db: Database) -> None:
    made = ada(db)

    assert made.email == "ada@cluster.example"
    assert staff_by_password(db, "ADA@cluster.example", GOOD) == made


@pytest.mark.parametrize(
    ("email", "password"), [("ada@cluster.example", "wrong horse battery"), ("ben@x.example", GOOD), ("", "")]
)
def test_another_pair_opens_nothing(db: Database, email: str, password: str) -> None:
    ada(db)

    assert staff_by_password(db, email, password) is None


def test_the_password_itself_is_nowhere_in_the_database(db: Database) -> None:
    ada(db)

    with db.engine.connect() as connection:
        (hashed,) = connection.exec_driver_sql("SELECT password_hash FROM staff").scalars()
    assert hashed.startswith("$argon2id$")
    assert GOOD not in hashed


@pytest.mark.parametrize(
    ("email", "password", "wrong"),
    [
        ("ada", GOOD, "no e-mail"),
        ("ada@x", GOOD, "no e-mail"),
        ("a da@x.example", GOOD, "no e-mail"),
        ("ben@x.example", "short", "at least 12"),
        ("ada@cluster.example", GOOD, "already"),
    ],
)
def test_a_bad_account_is_refused(db: Database, email: str, password: str, wrong: str) -> None:
    ada(db)

    with pytest.raises(StaffError, match=wrong):
        add_staff(db, email, password, NOW)


def test_another_password_ends_the_sessions(db: Database) -> None:
    made = ada(db)

    set_password(db, made.email, "another good password")

    changed = staff_by_password(db, made.email, "another good password")
    assert changed is not None
    assert changed.sessions == made.sessions + 1
    assert staff_by_password(db, made.email, GOOD) is None


def test_a_removed_account_opens_no_more_and_can_be_made_anew(db: Database) -> None:
    made = ada(db)
    remove_staff(db, made.email, NOW)

    assert (staff_by_password(db, made.email, GOOD), staff_by_id(db, made.staff_id), all_staff(db)) == (
        None,
        None,
        [],
    )
    again = add_staff(db, made.email, "another good password", NOW)
    assert again.staff_id == made.staff_id
    assert again.sessions > made.sessions


def test_sessions_end_on_their_own_account_only(db: Database) -> None:
    made = ada(db)
    other = add_staff(db, "ben@x.example", GOOD, NOW)

    end_sessions(db, made.staff_id)

    assert [staff.sessions for staff in all_staff(db)] == [made.sessions + 1, other.sessions]


def test_nobody_is_no_account_to_change(db: Database) -> None:
    with pytest.raises(StaffError, match="no account"):
        set_password(db, "ben@x.example", GOOD)
    with pytest.raises(StaffError, match="no account"):
        remove_staff(db, "ben@x.example", NOW)
