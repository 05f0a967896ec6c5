"""The custodian's registry: nouns, states, permissions, actions and jobs; one list of capabilities.

Django must be started first, with `linkwell.portal.start.start(home)`. What other rooms may call (stable; all
arguments by keyword; actions raise NotAllowed, WrongState and other LinkwellErrors):

    portal.start.start(home: Path, *, migrate=True) -> Home          point this process at a home, migrate
    custody.setup.set_up(home: Home, *, population: Path | None, progress=None) -> None
                                                                     keys, registry, population and spine;
                                                                     repeatable
    custody.demo.enter_people(home, *, provider: Organisation | None = None) -> list[DemoPerson]
                                                                     demo homes only; repeatable
    custody.demo.sign_ins(home) -> list[DemoPerson]; custody.demo.password_of(home, username) -> str
    custody.demo.person(username) -> Person   "provider", "integrator", "linker", "checker" …
    custody.organisations.actions.add_person(by, username, name, password, organisation, roles) -> Person
    custody.signin.proof.sign_in(username, password, code=None) -> Person
    custody.agreements.actions.enrol_provider(by, code, name, agreement, specification_toml,
        specification_digest, sender_key_pem, permits_single_provider_output, starts, ends,
        purpose="") -> Enrolment
    custody.agreements.actions.issue_upload_token(by, agreement, days=90) -> str      text shown once
    custody.supplies.actions.find(reference) -> Supply
    custody.supplies.actions.import_package(by, agreement, package) -> Supply         a file from disk
    custody.supplies.actions.accept(by, supply) -> Job                                state received
    custody.linkage.actions.link(by, supply) -> Job                                   state accepted
    custody.refreshes.actions.load(by, label) -> (Refresh, Job)   at least one supply linked
    custody.projects.actions.approve_standing_project(by, agreement, analysts) -> Project
    custody.outputs.actions.analyse(by, project, refresh) -> (Output, Job)
    custody.outputs.actions.release(by, output) -> Job                                by not the analyst
    custody.jobs.worker.see_through(job, tick=None) -> Job
        wait for a worker, or do it here
    custody.road.accept / link / load / insights / release                            the same, doing
    nothing twice
"""
