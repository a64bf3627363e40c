"""What an HTML page is that came where data was expected: in words an operator can act on."""

import re

_SIGNS = (
    (rb"<input[^>]+type=[\"']?password|name=[\"']?(?:j_password|passwd|SAMLRequest)|/(?:oauth2|saml|adfs|idp)/",
     "a login page"),
    (rb"just a moment\.\.\.|cf-chl-|challenge-platform|attention required! \| cloudflare",
     "a bot wall (Cloudflare)"),
    (rb"_incapsula_resource|incapsula incident", "a bot wall (Imperva)"),
    (rb"captcha-delivery\.com|datadome", "a bot wall (DataDome)"),
    (rb"errors\.edgesuite\.net|access denied</title>.*reference&#32;#", "a bot wall (Akamai)"),
    (rb"awswafintegration|aws-waf-token", "a bot wall (AWS)"),
    (rb"anubis_challenge|making sure you(?:'|&#39;)re not a bot", "a bot wall (Anubis)"),
    (rb"g-recaptcha|h-captcha|captcha", "a bot wall (a captcha)"),
    (rb"enable javascript and cookies|are you a robot|unusual traffic|request unsuccessful", "a bot wall"),
    (rb"<title>[^<]*(?:maintenance|mantenimiento|manutenzione|wartung|onderhoud)", "a maintenance page"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(sign, re.IGNORECASE | re.DOTALL), words) for sign, words in _SIGNS)
READ_BYTES = 200_000


def wall_of(body: bytes) -> str | None:
    """Return what kind of wall a page is; None where nothing says that it is one.

    Sites carry a log-in box on good pages too: ask only of a page that did not hold what it should.
    """
    head = body[:READ_BYTES]
    return next((words for pattern, words in _PATTERNS if pattern.search(head)), None)
