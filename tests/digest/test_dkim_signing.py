"""What a receiving server checks: the mail as it arrived, against the key as it is published."""

from base64 import b64encode
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from config.errors import ConfigError
from digest.dkim_signing import open_signer
from digest.office import open_post_office
from tests.calls import call
from tests.digest.installation import Installation, settings_for
from tests.digest.mail_server import Mailbox, serving


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "dkim.pem"
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    path.chmod(0o600)
    return path


def published(key: Path) -> Callable[..., bytes]:
    """Return a resolver that knows just the public half of the key."""
    public = load_pem_private_key(key.read_bytes(), None).public_key()
    record = b"v=DKIM1; k=rsa; p=" + b64encode(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return lambda name, timeout=5: record if name == b"portal._domainkey.portal.example." else b""


def received(portal: Installation, key: Path) -> bytes:
    """Send a German digest through a real server, and return it as it arrived."""
    portal.subscribe("owner@company.example")
    portal.publish([call(1, title="Förderung für Elektrolyseure und Speicher, zweite Runde")])
    portal.plan()
    mailbox = Mailbox()
    with serving(mailbox) as url:
        settings = portal.settings.model_copy(update={"smtp_url": SecretStr(url), "dkim_key": key})
        open_post_office(settings, portal.db, {}, portal.renderer, clock=portal.clock).post()
    return mailbox.content()


def test_a_signature_holds_as_the_mail_arrived(portal: Installation, key: Path) -> None:
    mail = received(portal, key)
    signature = message_from_bytes(mail, policy=default)["DKIM-Signature"]

    assert dkim.verify(mail, dnsfunc=published(key))
    assert "d=portal.example" in signature
    covered = signature.replace(" ", "").partition("h=")[2].partition(";")[0].split(":")
    assert {"from", "subject", "list-unsubscribe", "list-unsubscribe-post", "list-id"} <= set(covered)


@pytest.mark.parametrize(
    ("was", "put"),
    [(b"unsubscribe/", b"unsubscribe/x"), (b"One-Click", b"No-Click"), (b"Elektrolyseure", b"Kernkraftwerk")],
)
def test_whoever_changes_a_signed_mail_breaks_it(
    portal: Installation, key: Path, was: bytes, put: bytes
) -> None:
    mail = received(portal, key)

    assert was in mail
    assert not dkim.verify(mail.replace(was, put), dnsfunc=published(key))


def test_without_a_key_a_mail_stays_as_it_is() -> None:
    sign = open_signer(settings_for(Path("var")))

    assert sign(b"From: a@b.example\r\n\r\nText\r\n") == b"From: a@b.example\r\n\r\nText\r\n"


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (None, 0o600, "cannot be read"),
        (b"no key", 0o600, "is no private RSA key"),
        (b"no key", 0o640, "others may read it"),
    ],
)
def test_a_key_of_no_use_is_told_at_the_start(
    tmp_path: Path, content: bytes | None, mode: int, reason: str
) -> None:
    path = tmp_path / "dkim.pem"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)

    with pytest.raises(ConfigError, match=reason):
        open_signer(settings_for(tmp_path).model_copy(update={"dkim_key": path}))
