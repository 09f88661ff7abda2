"""Several problems of one file, told together."""

from collections.abc import Sequence

from visemix.core.errors import RecipeError, VisemixError


class RecipeProblems(RecipeError):
    """Everything that is wrong with a recipe; each problem is an error of its own.

    Args:
        problems: two or more.
    """

    def __init__(self, problems: Sequence[VisemixError]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def __reduce__(self) -> tuple[object, ...]:
        return RecipeProblems, (self.problems,)


def raise_problems(problems: Sequence[VisemixError]) -> None:
    """Raise them if there are any: one as it is, more of them together.

    Raises:
        VisemixError: the only problem.
        RecipeProblems: there are several.
    """
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise RecipeProblems(problems)
