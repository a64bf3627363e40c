"""`portal staff`: accounts of the desk, and corrections as JSON Lines."""

import sys
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff desk (/desk).")
Email = Annotated[str, typer.Argument(help="E-mail address of the member of staff")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin, do not ask")
]


@app.command("add")
def add(email: Email, password_stdin: FromStdin = False) -> None:
    """Make an account."""
    from jobs.cli.context import fail, open_context, utc_now
    from store.staff import StaffError, add_staff

    context = open_context()
    try:
        staff = add_staff(context.db, email, _password(password_stdin), utc_now())
    except StaffError as error:
        fail(str(error))
    typer.echo(f"{staff.email} may log in at {context.settings.public_url}/desk", err=True)


@app.command("password")
def password(email: Email, password_stdin: FromStdin = False) -> None:
    """Give an account another password; its open sessions end."""
    from jobs.cli.context import fail, open_context
    from store.staff import StaffError, set_password

    context = open_context()
    try:
        set_password(context.db, email, _password(password_stdin))
    except StaffError as error:
        fail(str(error))
    typer.echo("password changed, open sessions ended", err=True)


@app.command("remove")
def remove(email: Email) -> None:
    """Close an account; what it corrected stays."""
    from jobs.cli.context import fail, open_context, utc_now
    from store.staff import StaffError, remove_staff

    context = open_context()
    try:
        remove_staff(context.db, email, utc_now())
    except StaffError as error:
        fail(str(error))
    typer.echo(f"{email} removed", err=True)


@app.command("list")
def list_accounts() -> None:
    """List the accounts."""
    from jobs.cli.context import open_context
    from store.staff import all_staff

    for staff in all_staff(open_context().db):
        print(f"{staff.email}\tsince {staff.created_at:%Y-%m-%d}")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))
