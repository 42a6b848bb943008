"""The mail server's address: what it says, and refusals that never repeat the password."""

import pytest

from r2p_dashboard.addresses import AddressError, MailServer, mail_server_from


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025)),
        ("smtp://[::1]:1025/", MailServer("::1", 1025)),
        ("smtp://relay", MailServer("relay", 25)),
        ("smtp://relay?tls=tls", MailServer("relay", 465, tls="tls")),
        ("smtp://a%40b.org:p%2Fw@relay", MailServer("relay", 587, "a@b.org", "p/w", "starttls")),
        ("smtp://a:b@localhost:25?tls=none", MailServer("localhost", 25, "a", "b", "none")),
    ],
)
def test_a_mail_servers_address_is_read(url: str, server: MailServer) -> None:
    assert mail_server_from(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay:25",
        "secret://relay",
        "smtps://u:secret@relay",
        "smtp://u:secret@relay:port",
        "smtp://u:secret@relay:99999",
        "smtp://u:secret@[relay",
        "smtp://u:secret/x@relay",
        "smtp://u:secret@relay/path",
        "smtp://u:secret@",
        "smtp://secret@relay",
        "smtp://:secret@relay",
        "smtp://u:secret@relay?tls=ssl",
        "smtp://u:secret@relay?tsl=tls",
        "smtp://u:secret@relay?tls=none",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(AddressError, match=r"MAIL_URL .*wanted") as refusal:
        mail_server_from(url)

    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_mail_servers_password_is_not_in_its_representation() -> None:
    assert "secret" not in repr(mail_server_from("smtp://u:secret@relay"))
