"""Recipe -> YAML and plain data."""

from collections.abc import Mapping

from visemix.registry.node import Plain
from visemix.registry.recipe import FORMAT, Amount, DiscriminatorUse, PartUse, Recipe
from visemix.registry.resolve import ResolvedRecipe
from visemix.registry.yaml_text import scalar


def recipe_data(recipe: Recipe) -> dict[str, Plain]:
    """The recipe as plain data, in the order of a recipe file."""
    training = recipe.training
    data: dict[str, Plain] = {"visemix": FORMAT, "name": recipe.name}
    if recipe.requires:
        data["requires"] = dict(recipe.requires)
    data["video"] = {"fps": recipe.video.fps, "size": recipe.video.size}
    data.update({key: _part(use) for key, use in recipe.parts.items()})
    if recipe.discriminators:
        data["discriminators"] = [_discriminator(d) for d in recipe.discriminators]
    data["training"] = {
        "preset": training.preset,
        "stages": list(training.stages),
        "seed": training.seed,
        **_amount("batch", training.batch),
        **_amount("steps", training.steps),
        "weights": dict(training.weights),
    }
    return data


def resolved_data(resolved: ResolvedRecipe) -> dict[str, Plain]:
    """The same with the parts that were chosen and every setting explicit."""
    recipe = resolved.recipe
    data = recipe_data(recipe)
    critics: list[Plain] = []
    for part in resolved.parts:
        name = f"{part.contract.plugin}/{part.contract.name}"
        use = PartUse(name, None, part.settings)
        if part.contract.kind == "discriminator":
            index = int(part.path.rpartition(".")[2])
            old = recipe.discriminators[index]
            critics.append(_discriminator(DiscriminatorUse(use, old.judges, old.weight)))
        else:
            data[part.path] = _part(use)
    if critics:
        data["discriminators"] = critics
    return data


def dump(data: Mapping[str, Plain]) -> str:
    """YAML that reads back as ``data``; one line for each part.

    >>> print(dump({"name": "x", "video": {"fps": 25.0}, "list": [{"part": "1"}]}), end="")
    name: x
    video: {fps: 25.0}
    list:
      - {part: "1"}
    """
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            lines.append(f"{_text(key)}:")
            lines += [f"  - {_flow(item)}" for item in value]
        else:
            lines.append(f"{_text(key)}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _part(use: PartUse) -> dict[str, Plain]:
    data: dict[str, Plain] = {"part": use.part}
    if use.otherwise is not None:
        data["otherwise"] = use.otherwise
    data.update({k: list(v) if isinstance(v, list) else v for k, v in use.settings.items()})
    return data


def _amount(key: str, amount: Amount) -> dict[str, Plain]:
    if amount is None:
        return {}
    return {key: amount if isinstance(amount, int) else dict(amount)}


def _discriminator(use: DiscriminatorUse) -> dict[str, Plain]:
    return {**_part(use.use), "judges": use.judges, "weight": use.weight}


def _flow(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """Plain where that is safe, else in double quotes."""
    safe = text[:1].isalpha() and all(c.isascii() and (c.isalnum() or c in "_-./") for c in text)
    if safe and scalar(text) == text:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"
