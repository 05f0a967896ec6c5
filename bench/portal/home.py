"""A home with a seeded year in it. Starts Django itself, so nothing of the registry is imported before."""

from __future__ import annotations

from pathlib import Path

PASSWORD = "four plain words here"


def seed_home(home: Path, *, people: int) -> list[str]:
    """Make a demonstration home with its staff and a year of 200 organisations and 2,000 supplies.

    Returns:
        Sign-in names of people to read as, a quarter of them staff; all have PASSWORD.
    """
    from linkwell.portal.start import start
    from linkwell.vault.zones import Home

    there = (home / "home.toml").exists()
    opened = Home.open(home) if there else Home.create(home, name="Stats NZ (bench)", demo_seed=1)
    start(home)
    from django.contrib.auth.hashers import make_password

    from bench.portal.seed import seed_year
    from linkwell.custody.demo import enter_people
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.setup import set_up

    set_up(opened)
    enter_people(opened)
    leads = [person.username for person in seed_year(organisations=200, supplies=2000)]
    names = [lead if n % 4 else "integrator" for n, lead in enumerate(leads[:people])]
    Person.objects.filter(username__in=names).update(password=make_password(PASSWORD))
    return names
