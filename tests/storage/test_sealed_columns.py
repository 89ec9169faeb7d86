"""What is sealed to a key of the key files is bound to the table and the column it stands in."""

from sqlalchemy import select

from intake.storage.rewrapping import SEALED_COLUMNS
from storage.everything import keep_one_of_each

# Beside a second factor a password is sealed elsewhere than one that stands alone (auth_epochs.py).
NAMED_OTHERWISE = {("staff_members", "password"): ("staff_members", "password beside a second factor")}


def test_the_place_of_a_sealed_value_names_its_own_table_and_column(sqlite_database, clinic_keys):
    with sqlite_database.write() as session:
        keep_one_of_each(session, clinic_keys)
        places = {
            (column.row.__tablename__, column.column): column.place(session, row)
            for column in SEALED_COLUMNS
            for row in session.scalars(select(column.row))
        }

    assert len(places) == len(SEALED_COLUMNS), "there is a row for each"
    assert {one: (place.table, place.column) for one, place in places.items()} == {
        one: NAMED_OTHERWISE.get(one, one) for one in places
    }
