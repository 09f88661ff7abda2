"""The launcher of GPUs, with torch's and NVIDIA's sides of it replaced."""

import contextlib
import ctypes
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from visemix.core.errors import VisemixError
from visemix.plugins.rasterizer_cuda import device
from visemix.plugins.rasterizer_cuda.device import DeviceLauncher, launcher_of_gpu
from visemix.plugins.rasterizer_cuda.launch import BLOCK, Arguments, Launch, run
from visemix.plugins.rasterizer_cuda.renderer import ready

GPU = torch.device("cuda", 0)


class FakeCore:
    """Stands for the module cuda.core; keeps what was started."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.started: list[tuple[Any, ...]] = []
        self.Device = lambda index: SimpleNamespace(
            set_current=lambda: None, create_stream=lambda own: f"stream {own.__cuda_stream__()}"
        )
        self.ObjectCode = SimpleNamespace(from_cubin=self._load)
        self.LaunchConfig = SimpleNamespace

    def _load(self, code: bytes, name: str) -> Any:
        self.loaded.append(name)
        return SimpleNamespace(get_kernel=lambda kernel: f"{name}.{kernel} {code.decode()}")

    def launch(self, stream: str, config: Any, kernel: str, *words: int | float) -> None:
        if kernel.endswith("sm_13"):
            raise RuntimeError("CUDA_ERROR_ILLEGAL_ADDRESS")
        self.started.append((stream, config.grid, config.block, kernel, words))


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> FakeCore:
    fake = FakeCore()
    properties = SimpleNamespace(
        major=9, minor=0, L2_cache_size=50 << 20,
        max_threads_per_multi_processor=2048, multi_processor_count=132,
    )  # fmt: skip
    stream = SimpleNamespace(cuda_stream=7)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    monkeypatch.setattr(torch.cuda, "device", lambda device: contextlib.nullcontext())
    monkeypatch.setattr(device, "cuda_module", lambda name: fake)
    monkeypatch.setattr(device, "machine_code", lambda *what: f"sm_{what[2]}".encode())
    return fake


def launch(**changed: Any) -> Launch:
    fields = {
        "source": "one",
        "kernel": "k",
        "arguments": Arguments.of(),
        "items": 300,
        "frames": 2,
    }
    return Launch(**{**fields, **changed})


def test_kernels_are_started_on_the_stream_of_torch(core: FakeCore) -> None:
    launcher = DeviceLauncher(GPU)
    data = torch.zeros(3)
    launcher(launch(arguments=Arguments.of(data, -1, 0.5, None)))
    launcher(launch(kernel="other"))
    launcher(launch(real=torch.float64))
    words = (data.data_ptr(), -1, 0.5, 0)
    assert core.started[0] == ("stream (0, 7)", (3, 2), BLOCK, "one.k sm_90", words)
    assert core.loaded == ["one", "one"]  # once for each type of number
    assert launcher.warps == 132 * 64
    assert launcher.cache_bytes == 50 << 20


def test_what_the_driver_says_is_passed_on(core: FakeCore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "machine_code", lambda *what: b"sm_13")
    with pytest.raises(VisemixError, match=r"kernel k cannot be started.*ILLEGAL_ADDRESS"):
        DeviceLauncher(GPU)(launch())


def test_nothing_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Launch] = []
    places = {"cpu": lambda device: started.append}
    monkeypatch.setattr("visemix.plugins.rasterizer_cuda.launch.LAUNCHERS", places)
    run([launch(items=0), launch(frames=0), launch(kernel="last")], torch.device("cpu"))
    assert [one.kernel for one in started] == ["last"]


def test_more_frames_than_a_grid_has_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"cpu": lambda device: print}
    monkeypatch.setattr("visemix.plugins.rasterizer_cuda.launch.LAUNCHERS", places)
    with pytest.raises(VisemixError, match="at most 65535 frames at once, got 65536"):
        run([launch(frames=65_536)], torch.device("cpu"))


def test_numbers_are_passed_as_eight_bytes() -> None:
    """NVIDIA's launcher takes Python's int and float as int64 and double, as the kernels do."""
    handler = pytest.importorskip("cuda.core._kernel_arg_handler", reason="cuda-core is not here")
    holder = handler.ParamHolder(Arguments.of(1 << 40, -0.5, -2, None).words)
    places = (ctypes.c_uint64 * 4).from_address(holder.ptr)
    found = [ctypes.c_int64.from_address(places[k]).value for k in (0, 2, 3)]
    assert found == [1 << 40, -2, 0]
    assert ctypes.c_double.from_address(places[1]).value == -0.5


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu() -> None:
    for ask in (launcher_of_gpu, ready):
        with pytest.raises(VisemixError, match=r"no CUDA device.*Use rasterizer-cpu"):
            ask(torch.device("cuda"))
