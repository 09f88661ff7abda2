import torch

from visemix.plugins.lstm_pose.compact import Size, SpeechLstm
from visemix.plugins.lstm_pose.speaker import Speaker

SIZE = Size(width=10, reach=3, narrow=4, hidden=5)


def test_training_and_speaking_are_the_same_network() -> None:
    network = SpeechLstm(SIZE).eval()
    rows = torch.randn(1, 26, 10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = network(rows)[0]
        windows = rows[0].unfold(0, 7, 1).mT
        first, memory = network.speak(windows[:8], None)
        second, _ = network.speak(windows[8:], memory)
    assert torch.allclose(torch.cat((first, second)), whole, atol=1e-6)


def test_the_share_mixes_networks_and_head() -> None:
    speaker = Speaker.empty(SIZE, directions=3, members=2)
    windows = torch.randn(6, 7, 10, generator=torch.Generator().manual_seed(0))
    networks, _ = speaker.speak(windows, 0.0, None)
    head, _ = speaker.speak(windows, 1.0, None)
    both, _ = speaker.speak(windows, 0.25, None)
    assert torch.allclose(both, 0.75 * networks + 0.25 * head, atol=1e-6)
    assert float(head.abs().max()) == 0 and float(networks[:, :62].abs().max()) > 0
    assert float(both[:, 62:].abs().max()) == 0, "the pose is the head's alone"


def test_weights_come_back() -> None:
    first, second = (Speaker.empty(SIZE, directions=3, members=2) for _ in range(2))
    again = second.with_weights(first.weights())
    windows = torch.ones(4, 7, 10)
    assert torch.equal(again.speak(windows, 0.5, None)[0], first.speak(windows, 0.5, None)[0])
