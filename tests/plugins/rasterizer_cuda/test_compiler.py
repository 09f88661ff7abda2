"""NVRTC compiles every kernel for every GPU that it should; the cache; what is said without it."""

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from visemix.core.errors import VisemixError
from visemix.plugins.rasterizer_cuda import compiler
from visemix.plugins.rasterizer_cuda.compiler import check_capability, machine_code
from visemix.plugins.rasterizer_cuda.sources import KERNELS, source_of

GENERATIONS = (75, 80, 86, 89, 90, 100, 120)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VISEMIX_CACHE", str(tmp_path))
    return tmp_path / "kernels"


def nvrtc() -> list[int]:
    """The GPUs that the installed NVRTC knows."""
    try:
        return compiler._known()
    except VisemixError as e:
        pytest.skip(f"NVRTC is not here: {e}")


@pytest.mark.slow
@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("real", [torch.float32, torch.float64])
def test_every_kernel_compiles(name: str, real: torch.dtype, cache: Path) -> None:
    known = nvrtc()
    for capability in (75, max(known)):
        assert machine_code(name, real, capability)[:4] == b"\x7fELF"


@pytest.mark.parametrize("capability", GENERATIONS)
def test_every_generation(capability: int, cache: Path) -> None:
    if capability not in nvrtc():
        pytest.skip(f"this NVRTC does not know sm_{capability}")
    assert machine_code("blend", torch.float32, capability)[:4] == b"\x7fELF"
    assert [file.suffix for file in cache.iterdir()] == [".cubin"]


class FakeProgram:
    """Stands for cuda.core.Program."""

    made: list[tuple[str, Any]] = []  # noqa: RUF012 - a record of the test

    def __init__(self, text: str, code_type: str, options: Any) -> None:
        assert code_type == "c++"
        self.made.append((text, options))

    def compile(self, kind: str) -> Any:
        assert kind == "cubin"
        return SimpleNamespace(code=b"code %d" % len(self.made))


@pytest.fixture
def fake_nvidia(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """NVIDIA's packages replaced; a record of what was compiled."""
    core, nvrtc = ModuleType("cuda.core"), ModuleType("cuda.bindings.nvrtc")
    FakeProgram.made.clear()
    parts: dict[str, Any] = {"Program": FakeProgram, "ProgramOptions": SimpleNamespace}
    for name, part in parts.items():
        setattr(core, name, part)
    nvrtc.__dict__["nvrtcVersion"] = lambda: (0, 13, 0)
    nvrtc.__dict__["nvrtcGetSupportedArchs"] = lambda: (0, [75, 90])
    packages = {"cuda": ModuleType("cuda"), "cuda.bindings": ModuleType("cuda.bindings")}
    for name, module in {**packages, "cuda.core": core, "cuda.bindings.nvrtc": nvrtc}.items():
        monkeypatch.setitem(sys.modules, name, module)
    return FakeProgram.made


def test_compiled_once_for_each_text_gpu_and_type(
    cache: Path, fake_nvidia: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = machine_code("blend", torch.float32, 90)
    assert machine_code("blend", torch.float32, 90) == code
    text, options = fake_nvidia[0]
    assert len(fake_nvidia) == 1
    assert text == source_of("blend")
    assert (options.arch, options.define_macro, options.fma) == ("sm_90", ("REAL", "float"), False)
    assert machine_code("blend", torch.float64, 90) != code
    assert machine_code("blend", torch.float32, 75) != code
    monkeypatch.setattr(compiler, "source_of", lambda name: source_of(name) + "\n")
    assert machine_code("blend", torch.float32, 90) != code
    assert len(fake_nvidia) == len(list(cache.iterdir())) == 4


def test_damaged_and_unwritable_caches_are_no_error(
    cache: Path, fake_nvidia: list[tuple[str, Any]]
) -> None:
    machine_code("blend", torch.float32, 90)
    next(cache.iterdir()).write_bytes(b"")
    machine_code("blend", torch.float32, 90)
    assert len(fake_nvidia) == 2
    for file in cache.iterdir():
        file.unlink()
    cache.rmdir()
    cache.write_text("a file where the folder should be")
    machine_code("blend", torch.float32, 90)
    assert len(fake_nvidia) == 3


def test_what_is_said_without_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuda.bindings.nvrtc", None)
    with pytest.raises(VisemixError, match=r"cannot be imported.*pip install 'visemix\[cuda\]'"):
        machine_code("blend", torch.float32, 90)


def test_what_the_compiler_refuses_is_shown(
    cache: Path, fake_nvidia: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: FakeProgram, kind: str) -> None:
        raise RuntimeError("line 3: error")

    monkeypatch.setattr(FakeProgram, "compile", refuse)
    with pytest.raises(
        VisemixError, match=r"blend.cu cannot be compiled for sm_90 \(line 3: error"
    ):
        machine_code("blend", torch.float32, 90)
    assert not cache.exists()


@pytest.mark.parametrize(
    ("capability", "message"), [(70, "capability 7.5 or higher, this one has 7.0"), (121, "12.1")]
)
def test_gpus_that_do_not_fit(capability: int, message: str) -> None:
    with pytest.raises(VisemixError, match=message):
        check_capability(capability, [70, 75, 90])
    check_capability(90, [70, 75, 90])


def test_every_source_is_one_text() -> None:
    for name in KERNELS:
        text = source_of(name)
        assert '#include "' not in text
        assert text.count("typedef REAL real;") == 1
        assert re.search(r"^(WAITING_)?KERNEL\(\w+\)", text, re.MULTILINE)
