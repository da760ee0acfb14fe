"""Messages of the sentence and its terms in both languages.

A sentence is read and shown in Vietnamese and English at once, whatever the page's language; what
is said about it (errors) follows the page. Messages are made when they are raised.
"""

from django.utils.translation import gettext as _


def said(reason: str, **words: object) -> str:
    """Return the message for `reason` in the language of the page."""
    message = _messages()[reason]
    return message % words if words else message  # "60 % of" is no place for a word


def _messages() -> dict[str, str]:
    return {
        "no_amount": _("Give a percentage with its base, or a number."),
        "percent_without_base": _(
            "Say of whom the percentage is: people, adults, smartphones, accounts, or officials "
            "with a smartphone."
        ),
        "base_alone": _("A base needs a percentage, such as 60 % of adults."),
        "bad_percent": _("A percentage is above 0, at most 100, with at most two decimals."),
        "bad_count": _("A number is whole, above 0 and below ten thousand million."),
        "downloads_are_not_people": _(
            "Downloads are not people: set a number of downloads, or a percentage of users."
        ),
        "staff_alone": _(
            "Officials are counted by their agencies: give a percentage of officials with a "
            "smartphone, and nothing else in the same clause."
        ),
        "bad_rank": _("A rank is such as 10 of 63: from 1, and not beyond the number of units."),
        "staff_rank": _("Officials have a percentage, no rank."),
        "no_clause": _("Say what is to be reached: a percentage, a number or a rank."),
        "clause_twice": _("The same is said twice."),
        "staff_or_people": _(
            "Officials and the whole population cannot stand in one “or”; set two targets."
        ),
        "not_understood": _("Not understood: “%(words)s”. Leave it out or write it another way."),
        "bad_day": _("There is no such day: “%(words)s”."),
        "two_days": _("A target has one last day, and here are several."),
        "two_targets": _("These are several targets; enter them one at a time."),
        "two_percentages": _(
            "Two percentages, numbers or bases in one clause. Put “or” between them."
        ),
        "rank_base": _(
            "A rank by number takes no base; write “by share of people” to rank by share."
        ),
        "empty": _("Write the target, such as: 60 % of smartphone users by 20/8."),
        "too_long": _("That is too long for one target; at most %(most)d characters."),
    }
