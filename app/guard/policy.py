"""The policies of the guard: which of those of `app/answer/policy.py` it has, and which one a request gets.

    annotate   every word is shown as it comes; the report follows at the end
    withhold   each sentence is shown as soon as it is checked; an unsupported one is removed
    refuse     the answer is checked before any of it is shown; with an unsupported sentence a refusal takes its place

Not covered: `retry`. A second answer would be a second request in the name of the caller, who pays for it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from core.errors import RequestError

Policy: TypeAlias = Literal["annotate", "withhold", "refuse"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
"""From the least strict to the strictest."""


def chosen_policy(configured: Policy, asked: object) -> Policy:
    """Return the policy of a request, which may ask for a stricter one than the configured; None asks for none.

    Raises RequestError for a policy that there is not, or that is less strict.
    """
    if asked is None:
        return configured
    for policy in POLICIES:
        if policy == asked:
            if POLICIES.index(policy) < POLICIES.index(configured):
                raise RequestError(
                    f"The request asks for the grounding policy '{policy}', which is less strict than '{configured}', "
                    "the one of this guard. Leave it out, or ask for a stricter one.",
                    code="policy_not_allowed",
                )
            return policy
    raise RequestError(
        f"The request asks for the grounding policy {str(asked)[:40]!r}. There are: {', '.join(POLICIES)}.",
        code="invalid_policy",
    )
