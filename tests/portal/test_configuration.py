"""Settings are read once and checked before anything starts."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.portal.configuration import Configuration
from linkwell.vault.secrets import demo_secret, keep_secret
from linkwell.vault.zones import Home


@pytest.fixture
def real_home(tmp_path) -> Home:
    return Home.create(tmp_path / "real", name="Stats NZ")


def read(home: Home, **more: str) -> Configuration:
    return Configuration.read({"LINKWELL_HOME": str(home.path), **more})


def test_a_real_home_is_reached_by_https_unless_told_otherwise(real_home: Home) -> None:
    assert read(real_home).https
    assert not read(real_home, LINKWELL_HTTPS="no").https


@pytest.mark.parametrize("seed", [0, 1, 7, 42, 999])
@pytest.mark.parametrize("name", ["portal.secret", "pseudonym.secret"])
def test_a_demonstration_turned_real_is_refused(real_home: Home, seed: int, name: str) -> None:
    keep_secret(real_home.path / "keys" / name, demo_seed=seed)
    with pytest.raises(RefusedByRule, match="secrets of a demonstration"):
        read(real_home)


def test_a_rounding_secret_of_a_demonstration_is_refused_too(real_home: Home) -> None:
    (real_home.path / "disclosure" / "rounding.secret").write_bytes(demo_secret(1, "rounding.secret"))
    with pytest.raises(RefusedByRule):
        read(real_home)


def test_a_real_homes_own_secrets_are_its_own(real_home: Home) -> None:
    assert read(real_home).secret_key() == read(real_home).secret_key()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINKWELL_HTTPS", "perhaps"),
        ("LINKWELL_LARGEST_UPLOAD", "5 GB"),
        ("LINKWELL_LARGEST_UPLOAD", "0"),
        ("LINKWELL_HOSTS", "*"),
        ("LINKWELL_HOSTS", "https://data.example.nz"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(real_home: Home, name: str, value: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read(real_home, **{name: value})
    assert refused.value.fix


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://host", "nonsense"])
def test_only_a_postgresql_address_names_a_database(real_home: Home, address: str) -> None:
    with pytest.raises(WrongUse):
        read(real_home, LINKWELL_DATABASE=address).database()


def test_a_postgresql_address_is_taken_apart(real_home: Home) -> None:
    found = read(real_home, LINKWELL_DATABASE="postgresql://me:p%40ss@db.nz:5433/road").database()
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me", "p@ss", "db.nz", "5433", "road",
    )  # fmt: skip


def test_hosts_are_added_to_loopback(real_home: Home) -> None:
    assert read(real_home, LINKWELL_HOSTS="data.example.nz, .example.org").hosts[3:] == (
        "data.example.nz",
        ".example.org",
    )


def test_a_real_home_always_asks_for_a_second_factor_and_a_demonstration_may(
    real_home: Home, custodian_home: Home
) -> None:
    assert read(real_home).second_factor
    with pytest.raises(RefusedByRule, match="second factor"):
        read(real_home, LINKWELL_SECOND_FACTOR="0")
    assert not read(custodian_home).second_factor
    assert read(custodian_home, LINKWELL_SECOND_FACTOR="1").second_factor


def test_a_real_home_hashes_passwords_in_many_rounds_and_a_demonstrations_anew(
    real_home: Home, custodian_home: Home, settings
) -> None:
    made = {}
    for home in (custodian_home, real_home):
        settings.PASSWORD_HASHERS = [read(home).password_hasher()]
        made[home.demo] = make_password("four plain words here")
        assert check_password("four plain words here", made[home.demo])
        assert not check_password("four plain words more", made[home.demo])
    rounds = {demo: identify_hasher(each).decode(each)["iterations"] for demo, each in made.items()}
    assert rounds[False] >= 600_000 > rounds[True]  # OWASP Password Storage Cheat Sheet: PBKDF2-HMAC-SHA256
    again: list[str] = []
    assert check_password("four plain words here", made[True], setter=again.append)
    assert check_password("four plain words here", made[False], setter=again.append)
    assert again == ["four plain words here"]  # only the demonstration's is made anew in a real home
