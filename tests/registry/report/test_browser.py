"""The page in a real browser, at the width of a desk and of a phone."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cv2
import pytest

from visemix.core.judging.comparison import Comparison
from visemix.registry.report.writer import write_report

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-quic",
    "--hide-scrollbars",
)  # fmt: skip
SLOW_S = 120

PROBE = """
<script>
const errors = [];
const note = (event) => errors.push(String(event.message || event.target.tagName));
addEventListener("error", note, true);
</script>
"""
REPORT = """
<script>
addEventListener("load", () => {
  const lips = document.querySelector("#lips table");
  const names = () => Array.from(lips.tBodies[0].rows, (row) => row.cells[0].textContent);
  lips.tHead.rows[0].cells[1].click();
  const rising = names();
  lips.tHead.rows[0].cells[1].click();
  const choice = document.getElementById("clip");
  choice.value = "clip-1";
  choice.dispatchEvent(new Event("change"));
  const out = {
    errors: errors.filter((e) => e !== "VIDEO"),
    inner: innerWidth,
    wide: document.documentElement.scrollWidth,
    rising, falling: names(),
    shown: [...document.querySelectorAll(".clip")].filter((c) => c.offsetHeight > 0)
      .map((c) => c.dataset.clip),
    broken: [...document.images].filter((i) => i.offsetHeight && i.complete && !i.naturalWidth)
      .length,
    small: [...document.querySelectorAll("select, button")].map((b) => b.offsetHeight)
      .filter((h) => h < 24),
  };
  const place = document.createElement("pre");
  place.id = "probe";
  place.textContent = JSON.stringify(out);
  document.body.append(place);
});
</script>
"""


def chromium(tmp_path: Path, page: Path, *flags: str) -> str:
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *FLAGS, profile, *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=SLOW_S).stdout


def probed(tmp_path: Path, sample: tuple[Comparison, Path], width: int) -> dict[str, Any]:
    page = write_report(*sample)[0]
    text = (
        page.read_text().replace("<head>", "<head>" + PROBE).replace("</body>", REPORT + "</body>")
    )
    frame = tmp_path / "probe.html"
    frame.write_text(text)
    dom = chromium(tmp_path, frame, f"--window-size={width},900", "--dump-dom")
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.S)
    assert found is not None, "the page's script did not run"
    result: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return result


@pytest.mark.parametrize("width", [1280, 500])
def test_it_works_in_a_browser(tmp_path: Path, sample: tuple[Comparison, Path], width: int) -> None:
    found = probed(tmp_path, sample, width)
    assert found["errors"] == []
    assert found["wide"] <= found["inner"], "the page is wider than the window"
    assert found["rising"][0] == "ground-truth"
    assert found["falling"] == found["rising"][::-1]
    assert found["shown"] == ["clip-1"]
    assert found["broken"] == 0
    assert found["small"] == []


def test_it_can_be_seen(tmp_path: Path, sample: tuple[Comparison, Path]) -> None:
    page, shot = write_report(*sample)[0], tmp_path / "shot.png"
    chromium(tmp_path, page, "--window-size=1280,1800", f"--screenshot={shot}")
    picture = cv2.imread(str(shot))
    assert picture is not None
    assert picture.shape == (1800, 1280, 3)
    assert picture.std() > 10
