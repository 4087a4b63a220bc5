"""Which requests teach something of their model, and what becomes of it."""

import threading

import pytest
from django.db import OperationalError

from accounting.calibrator import Calibrator, samples
from accounting.copier import Copier
from conversion.usage import Usage
from routing import calibration
from routing.models import BackendModel
from tests.accounting.samples import closing, ended, entry, opening
from tests.routing import factories

ASKED = {"backend_id": 1, "routed_model": "m", "estimated_input_tokens": 1000}
REPORTED = Usage(input_tokens=1200, output_tokens=5)


def taught(asked=None, **ended):
    of = entry(opening(**{**ASKED, **(asked or {})}), closing(**{"usage": REPORTED, **ended}))
    return list(samples(of))


@pytest.mark.parametrize(
    ("asked", "ended", "ratios"),
    [
        pytest.param({}, {}, {"estimate": 1.2}, id="an estimate"),
        pytest.param({"calibration": 2.0}, {}, {"estimate": 2.4}, id="an estimate that was calibrated"),
        pytest.param({}, {"counted_input_tokens": 1500}, {"estimate": 1.2, "count": 0.8}, id="a count"),
        pytest.param({}, {"usage": Usage(200, 5, 900, 100)}, {"estimate": 1.2}, id="cached tokens are read too"),
        pytest.param({}, {"usage": Usage(1200, estimated=True)}, {}, id="nothing reported"),
        pytest.param({}, {"usage": Usage(1200, web_search_requests=1)}, {}, id="results of searches"),
        pytest.param({}, {"usage": Usage(499)}, {}, id="too short"),
        pytest.param({}, {"state": "failed"}, {}, id="failed"),
        pytest.param({}, {"state": "cancelled"}, {}, id="cancelled"),
        pytest.param({"backend_id": None}, {}, {}, id="no backend"),
        pytest.param({"estimated_input_tokens": 0}, {}, {}, id="no estimate"),
    ],
)
def test_a_request_teaches_what_its_backend_reported(asked, ended, ratios):
    assert {kind: pytest.approx(ratio) for _, _, kind, ratio in taught(asked, **ended)} == ratios


def test_an_open_request_teaches_nothing():
    assert not list(samples(entry(opening(**ASKED))))


def learned(*counts):
    calibrator = Calibrator()
    of = opening(**ASKED)
    calibrator.learn(entry(of, closing(usage=REPORTED, counted_input_tokens=count)) for count in counts)
    return calibrator


def test_every_sample_is_written_once(monkeypatch):
    written = []
    monkeypatch.setattr(calibration, "learn", lambda *of: written.append(of) or True)
    calibrator = learned(1000, None)
    calibrator.write()
    calibrator.write()
    assert written == [(1, "m", "estimate", [1.2, 1.2]), (1, "m", "count", [1.2])]


def test_what_another_process_hinders_is_written_later(monkeypatch):
    written = []
    monkeypatch.setattr(calibration, "learn", lambda *of: written.append(of) or len(written) > 1)
    calibrator = learned(None)
    calibrator.write()
    calibrator.write()
    assert written == [(1, "m", "estimate", [1.2])] * 2


def test_nothing_is_lost_while_the_database_is_away(monkeypatch):
    written = []
    answers = iter([OperationalError("away")])

    def learn(*of):
        for error in answers:
            raise error
        written.append(of)
        return True

    monkeypatch.setattr(calibration, "learn", learn)
    calibrator = learned(1000)
    with pytest.raises(OperationalError):
        calibrator.write()
    calibrator.write()
    assert len(written) == 2


@pytest.mark.django_db(transaction=True)
def test_the_copier_calibrates_from_what_it_copied(journal, monkeypatch):
    row = factories.backend_model(factories.backend(), "m")
    request = opening(**{**ASKED, "backend_id": row.backend_id})
    copier = Copier(journal, threading.Event(), lambda keys: None)
    journal.write([ended(request, closing(usage=REPORTED))])
    copier.work()
    assert BackendModel.objects.get().estimate_factor == pytest.approx(1.2)
