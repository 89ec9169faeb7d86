"""How much may follow one form within a day: each thing costs the clinic that it opens the form whole again.

What the clinic asked for, and help in a crisis, is under no limit.
"""

from datetime import timedelta

DAY = timedelta(days=1)
# What a patient adds unasked, and what they ask to be done with their form.
MOST_REPLIES = 20
MOST_REQUESTS = 20


class TooMuchToday(Exception):
    """More than a clinic takes of one form within a day; nothing was kept, and a call is what helps."""
