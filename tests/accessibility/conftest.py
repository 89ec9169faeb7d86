"""Every state of the pages, walked to once, and a window that shows them."""

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from accessibility.showing import window
from accessibility.states import State, of_patients, of_replies, of_the_clinic
from copies import make_copy
from exchanging import begun
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site


@pytest.fixture(scope="session")
def clinic_with_a_form(tmp_path_factory):
    """A small clinic, and the form that somebody sent to it."""
    exchange = begun(tmp_path_factory.mktemp("exchange"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture(scope="session")
def patients_side(tmp_path_factory):
    """A copy of the product with the shipped questions."""
    copy = make_copy(tmp_path_factory.mktemp("patients"))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture(scope="session")
def states(patients_side, clinic_with_a_form) -> dict[str, State]:
    """Every state by its name."""
    found = [
        *of_patients(patients_side),
        *of_the_clinic(clinic_with_a_form),
        *of_replies(clinic_with_a_form),
    ]
    assert len({state.name for state in found}) == len(found)
    return {state.name: state for state in found}


@pytest.fixture(scope="session")
def fetch(patients_side, clinic_with_a_form):
    """What stands at an address: stylesheet, icon, script."""
    both = DispatcherMiddleware(
        create_patient_site(patients_side.desk),
        {"/clinic": create_clinic_site(clinic_with_a_form.copy.clinic)},
    )
    client = Client(both)

    def get(path):
        answer = client.get(path, base_url=patients_side.settings.public_address)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.data, answer.content_type

    return get


@pytest.fixture(scope="module")
def shown(browser, fetch):
    """A phone's window."""
    with window(browser, fetch) as opened:
        yield opened
