"""What fuzzing puts where something else belongs: each piece broke some program once."""

# So long that a token of 43 letters and digits does not hold it by chance.
MARK = "xq7zw3kj5v"
# Each carries the mark, so that it is known again where it comes out.
TEXTS = (
    f"<script>{MARK}</script>",
    f'"><img src={MARK} onerror=alert(1)>',
    f"'-alert('{MARK}')-'",
    f"</textarea><svg/onload={MARK}>",
    f"{{{{7*7}}}}{MARK}",
    f"${{7*7}}{MARK}",
    f"{{0.__class__}}{MARK}",
    f"%s%n%x{MARK}",
    f"' OR '1'='1' -- {MARK}",
    f"{MARK}'; DROP TABLE submissions; --",
    f"{MARK}\r\nSet-Cookie: {MARK}=1",
    f"{MARK}\r\nBcc: {MARK}@example.org",
    f"../../../../etc/passwd{MARK}",
    f"//{MARK}.example.org/",
    f"javascript:alert('{MARK}')",
    f"=cmd|' /C calc'!A0{MARK}",
    f"{MARK}\x00{MARK}",
    f"\u202e{MARK}\u202c\u2066",
    f"{MARK}\ud83d\ude00\u0301\u0300".encode("utf-16", "surrogatepass").decode("utf-16"),
    f"{MARK}" * 2000,
    f"{MARK}%00%0a%2527",
    f"!!python/object/apply:os.system [{MARK}]",
)
NUMBERS = (
    "0",
    "-1",
    "1e309",
    "NaN",
    "9" * 5000,
    str(2**63),
    str(-(2**63) - 1),
    "٣",
    "1/0",
    "0x10",
    "½",
    " 7 ",
)
DATES = ("0000-00-00", "9999-12-31", "2026-02-30", "1900-02-29", "10000-01-01", "2026-1-1", "tomorrow")
PATHS = (
    "%00",
    "%2e%2e%2f",
    "%ff%fe",
    "..;/",
    "a" * 3000,
    "%c0%af",
    "-1",
    "9" * 400,
    "%E2%80%AE",
    "'",
    "%0d%0aX:%20y",
    "null",
    "00000000-0000-0000-0000-000000000000",
)
METHODS = (
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "X" * 40,
)
HEADERS: tuple[tuple[str, str], ...] = (
    ("Host", "evil.example.org"),
    ("X-Forwarded-For", "1.2.3.4, ::1, junk, 999.1.1.1"),
    ("X-Forwarded-Host", "evil.example.org"),
    ("X-Forwarded-Proto", "https"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Original-URL", "/clinic/staff"),
    ("Accept", "application/json"),
    ("Accept-Language", "es;q=0.9, xx-\udcff".encode("utf-8", "replace").decode()),
    ("Accept-Language", "*" * 500),
    ("Accept-Encoding", "gzip, br, zstd"),
    ("Content-Type", "application/json"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", "multipart/form-data; boundary=" + "x" * 300),
    ("Content-Type", "application/x-www-form-urlencoded; charset=utf-7"),
    ("Content-Type", "text/xml"),
    ("Cookie", "intake_patient=junk; intake_clinic=junk; session=e30.junk.junk"),
    ("Cookie", "=; ;;; a=" + "b" * 4000),
    ("Range", "bytes=0-0,5-1,-9"),
    ("If-Modified-Since", "yesterday"),
    ("If-None-Match", '"' + "x" * 900 + '"'),
    ("Referer", "https://evil.example.org/"),
    ("Origin", "null"),
    ("Origin", "https://evil.example.org"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Dest", "iframe"),
    ("Authorization", "Basic " + "A" * 200),
    ("Expect", "100-continue"),
    ("User-Agent", "() { :; }; echo vulnerable"),
)
BODIES = (
    b"",
    b"\x00" * 200,
    b"a" * 70_000,
    b"&" * 5_000,
    b"a=1&" * 3_000,
    b"%ff=%fe&=&==&%",
    b'{"a": [' + b"[" * 500,
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="../x"\r\n\r\nv\r\n--x--\r\n',
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
)
QUERIES = ("a=" + "b" * 3000, "%", "next=//evil", f"q={MARK}&&=", "\x7f", f"page={MARK}", "page=-1&page=1e9")
# Forms with files as no browser writes them, each behind its own kind of body.
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="rules_file"; filename="a\r\nb"\r\n\r\nv\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="logo"; filename="l.png"\r\n\r\n' + b"v" * 9_000,
    b"--x\r\nContent-Disposition: form-data; name*=utf-8''%ff; filename*=x''%00\r\n\r\nv\r\n--x--\r\n",
    b"--x\r\n" * 3_000 + b"--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
    b"Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw\r\n--x--\r\n",
)
# What a browser says of a page that broke the content policy, nearly.
REPORTS = (
    b'{"csp-report": {"document-uri": "http://127.0.0.1:8000/", "violated-directive": "script-src"}}',
    b'[{"type": "csp-violation", "body": {"documentURL": "/", "effectiveDirective": "img-src"}}]',
    f'{{"csp-report": {{"document-uri": ["{MARK}"], "violated-directive": 7}}}}'.encode(),
    b'{"csp-report": null}',
    b"[]",
    b'{"a": NaN, "a": 1e999}',
)
