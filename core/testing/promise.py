"""What a part says of itself, and with which settings it was built."""

from collections.abc import Mapping

import attrs

from visemix.core.contracts import ANY, Contract, Property, Scalar, resolve
from visemix.core.testing.expectations import expect
from visemix.core.values.subject import Picture


@attrs.frozen(eq=False)
class Promise:
    """A contract with its settings filled in.

    Attributes:
        contract: from the manifest.
        settings: what the part was built with.
        face: a picture that shows one face, for trackers; None skips what needs it.
    """

    contract: Contract
    settings: Mapping[str, object]
    face: Picture | None = None

    def offered(self, port: str, key: str) -> Property | None:
        """What the part says that it makes."""
        return resolve(self.contract.provides, self.settings).get(port, {}).get(key)

    def wanted(self, port: str, key: str, otherwise: Scalar) -> Scalar:
        """One value that the part accepts; ``otherwise`` where it says nothing."""
        values = self.all_wanted(port, key)
        return values[0] if values and values[0] != ANY else otherwise

    def all_wanted(self, port: str, key: str) -> list[Scalar]:
        """Every value that the part names; empty where it says nothing."""
        found = resolve(self.contract.consumes, self.settings).get(port, {}).get(key)
        if isinstance(found, Mapping):
            return found["all"]
        return [] if found is None else _listed(found)

    def expect_kept(self, port: str, key: str, found: Scalar) -> None:
        """``found`` must be what the contract offers, or one of what it offers.

        Raises:
            Nonconforming: it is something else.
        """
        offered = self.offered(port, key)
        if offered is None or isinstance(offered, Mapping):
            return
        values = _listed(offered)
        what = f"its manifest promises {port}.{key} = {offered}, it makes {found}"
        expect(ANY in values or found in values, what)


def _listed(value: Scalar | list[Scalar]) -> list[Scalar]:
    return value if isinstance(value, list) else [value]


def size_in(name: str, otherwise: int) -> int:
    """The number at the end of a basis' name, which is its size.

    >>> size_in("landmark-mesh-64", 10), size_in("smile", 10)
    (64, 10)
    """
    last = name.rpartition("-")[2]
    return int(last) if last.isdigit() else otherwise
