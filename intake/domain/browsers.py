"""Which browser somebody comes with, in words they would use themselves: “Firefox on Windows”.

What a browser says of itself is never kept: only one of the few words below is.
"""

# The first that fits: most browsers call themselves by the names of several others.
_BROWSERS = (
    ("edg/", "Edge"),
    ("edgios/", "Edge"),
    ("edga/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chromium/", "Chromium"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)
_SYSTEMS = (
    ("iphone", "an iPhone"),
    ("ipad", "an iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("cros ", "ChromeOS"),
    ("mac os x", "a Mac"),
    ("linux", "Linux"),
)
UNKNOWN = "A browser"


def family(user_agent: str) -> str:
    """The browser in plain words; ``UNKNOWN`` when it does not say."""
    said = user_agent.casefold()
    browser = next((words for sign, words in _BROWSERS if sign in said), UNKNOWN)
    system = next((words for sign, words in _SYSTEMS if sign in said), "")
    return f"{browser} on {system}" if system else browser
