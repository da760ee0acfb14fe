"""What other apps may ask of targets and do with them; docs/targets.md shows how."""

from bluezone.portal.campaign.targets.choices import Base, Measure, State, Subject
from bluezone.portal.campaign.targets.effective import (
    Effective,
    Part,
    effective_of,
    effective_targets,
    split,
)
from bluezone.portal.campaign.targets.judging import (
    ClauseVerdict,
    Verdict,
    Why,
    verdicts,
    verdicts_of,
)
from bluezone.portal.campaign.targets.planning import Plan, PlanRow, plan
from bluezone.portal.campaign.targets.reasons import chance_text
from bluezone.portal.campaign.targets.rendering import explain, render
from bluezone.portal.campaign.targets.rollup import ChildRow, RolledUp, child_rows, roll_up
from bluezone.portal.campaign.targets.sentence import Reading, parse, read, read_any
from bluezone.portal.campaign.targets.setting import change_target, end_target, set_target
from bluezone.portal.campaign.targets.store import Standing, standing, versions
from bluezone.portal.campaign.targets.terms import Amount, Clause, Rank, Target

__all__ = [
    "Amount",
    "Base",
    "ChildRow",
    "Clause",
    "ClauseVerdict",
    "Effective",
    "Measure",
    "Part",
    "Plan",
    "PlanRow",
    "Rank",
    "Reading",
    "RolledUp",
    "Standing",
    "State",
    "Subject",
    "Target",
    "Verdict",
    "Why",
    "chance_text",
    "change_target",
    "child_rows",
    "effective_of",
    "effective_targets",
    "end_target",
    "explain",
    "parse",
    "plan",
    "read",
    "read_any",
    "render",
    "roll_up",
    "set_target",
    "split",
    "standing",
    "verdicts",
    "verdicts_of",
    "versions",
]
