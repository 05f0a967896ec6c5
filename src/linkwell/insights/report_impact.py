"""The report's second half: the difference with its interval always drawn, or a plain refusal."""

from __future__ import annotations

from linkwell.confidentiality.release import Release
from linkwell.documents.blocks import Block, Box, Bullets, Figure, Grid, Heading, Text
from linkwell.documents.charts import Interval, intervals
from linkwell.insights import report_groups, report_pictures
from linkwell.insights.report_reach import numbers
from linkwell.insights.story import Story
from linkwell.insights.words import Finding, amount, axis, robustness, sentences, signed


def impact(release: Release, story: Story, found: tuple[Finding, ...]) -> tuple[Block, ...]:
    """Every planned outcome, in the order of the plan, with the cautions."""
    if story.refusal:
        return Text(refusal(story)), Text(_needed_gates(story))
    blocks = [*report_pictures.alike(release, story), *report_pictures.overlap(release)]
    for finding in found:
        blocks += [*_outcome(finding, story), *_hidden(finding, story)]
        if finding.verdict != "refused":
            blocks += report_pictures.over_time(release, finding)
    told = [finding for finding in found if finding.effect is not None and finding.verdict != "refused"]
    if told:
        blocks.append(_table(told, story))
        blocks += report_groups.by_group(release, story)
        blocks += _opinions(told, story)
    return (*blocks, *_cautions(story), *_similar(story))


def refusal(story: Story) -> str:
    """Why no number is given, and what would help."""
    reasons = " ".join(dict.fromkeys(gate.sentence for gate in story.refusal))
    return f"We do not give a number for the difference {story.protocol.title} makes. {reasons}"


def _needed_gates(story: Story) -> str:
    return "What would help: " + " ".join(dict.fromkeys(gate.helps for gate in story.refusal))


def _outcome(finding: Finding, story: Story) -> tuple[Block, ...]:
    heading = Heading(finding.outcome.label[:1].upper() + finding.outcome.label[1:], 2)
    effect = finding.effect
    if finding.verdict == "refused" or effect is None or effect.estimate is None:
        return heading, Text(finding.sentence)
    assert effect.lower is not None
    assert effect.upper is not None
    scale = 100 if finding.outcome.kind == "count" else 1
    drawn = Interval(
        finding.outcome.label, scale * effect.estimate, scale * effect.lower, scale * effect.upper
    )
    low, high = signed(effect.lower, finding.outcome), signed(effect.upper, finding.outcome)
    alternative = (
        f"Estimate {signed(effect.estimate, finding.outcome)}, with a line from {low} to {high}; the grey "
        f"band is the difference agreed not to matter, {amount(finding.outcome.smallest, finding.outcome)} "
        "either way."
    )
    drawing = intervals(
        [drawn],
        axis=axis(finding.outcome, story),
        band=scale * finding.outcome.smallest,
        alternative=alternative,
    )
    return heading, Text(finding.sentence), Figure(finding.headline, (drawing,))


def _hidden(finding: Finding, story: Story) -> tuple[Block, ...]:
    """How strong a hidden cause would have to be, beside the strongest thing measured."""
    percent = (
        robustness(finding.effect) if finding.effect is not None and finding.verdict == "found" else None
    )
    if percent is None:
        return ()
    words, name = sentences()["hidden"], finding.outcome.name
    said = words["strength"].format(percent=f"{percent:.0f}")
    strongest = dict(story.strongest).get(name)
    if strongest:
        gates = dict(story.outcome_gates).get(name, ())
        weak = any(gate.gate == "hidden_cause" for gate in gates)
        said += " " + words["stronger" if weak else "weaker"].format(strongest=strongest.lower())
    return (Text(said),)


def _table(found: list[Finding], story: Story) -> Grid:
    rows = []
    for finding in found:
        effect = finding.effect
        assert effect is not None
        assert effect.estimate is not None
        assert effect.lower is not None
        assert effect.upper is not None
        label = finding.outcome.label
        name = (
            label[:1].upper()
            + label[1:]
            + (" (for every 100 people)" if finding.outcome.kind == "count" else "")
        )
        rows.append((
            name, signed(effect.estimate, finding.outcome), signed(effect.lower, finding.outcome),
            signed(effect.upper, finding.outcome), _average(finding.mine, finding),
            _average(finding.theirs, finding), "S" if effect.treated is None else f"{effect.treated:,}",
        ))  # fmt: skip
    head = (f"Outcome in the {story.protocol.span} after", "Estimate", "From", "To", "Participants, about",
            "Similar people, about", "Participants compared")  # fmt: skip
    return numbers("Estimates with their 95 % intervals", head, rows)


def _opinions(found: list[Finding], story: Story) -> tuple[Block, ...]:
    """Where the answers of the other methods lie, outcome by outcome; no numbers of theirs are told."""
    words, said = sentences()["opinions"], dict(story.opinions)
    rows = [
        (finding.outcome.label[:1].upper() + finding.outcome.label[1:],
         *(words["places"][dict(said[finding.outcome.name])[method]] for method in words["methods"]))
        for finding in found if finding.outcome.name in said
    ]  # fmt: skip
    if not rows:
        return ()
    table = Grid(words["caption"], ("Outcome", *words["methods"].values()), tuple(rows))
    return Heading(words["title"], 2), Text(words["intro"]), table, Bullets(tuple(words["assume"]))


def _average(value: float | None, finding: Finding) -> str:
    return "–" if value is None or value < 0 else amount(value, finding.outcome, 3)


def _cautions(story: Story) -> tuple[Block, ...]:
    said = [gate.sentence for gate in story.design if gate.level == "amber"]
    about: dict[str, list[str]] = {}
    labels = {outcome.name: outcome.label for outcome in story.protocol.outcomes}
    for name, gates in story.outcome_gates:
        for gate in gates:
            if gate.level == "amber":
                about.setdefault(gate.sentence, []).append(labels[name])
    said += [f"{listed(names)}: {sentence[:1].lower()}{sentence[1:]}" for sentence, names in about.items()]
    if story.missing:
        said.append(f"Planned but not in the data: {', '.join(story.missing)}.")
    if not said:
        return ()
    return Heading("Cautions", 2), Box(said[0], tuple(said[1:]), caution=True)


def listed(labels: list[str]) -> str:
    """ "Days on a main benefit, and wages and salaries"."""
    said = ", ".join(labels[:-1]) + (", and " if labels[1:] else "") + labels[-1]
    return said[:1].upper() + said[1:]


def _similar(story: Story) -> tuple[Block, ...]:
    labels = [outcome.label for outcome in story.protocol.outcomes if outcome.label not in story.missing]
    history = ", ".join(labels) + " and the other measures of the catalogue"
    said = sentences()["similar"]["text"].format(history=history)
    return Heading("What “similar” means", 2), Text(said)
