"""Metrics of pictures: how near to the true ones, how sharp, how like them as a whole."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """``psnr``, ``ssim``, ``cpbd``, ``lpips`` and two Frechet distances."""
    from visemix.plugins.picture_metrics.fidelity import Psnr, Ssim
    from visemix.plugins.picture_metrics.frechet import FrechetEfficientNet, FrechetInception
    from visemix.plugins.picture_metrics.perceptual import Lpips
    from visemix.plugins.picture_metrics.sharpness import Cpbd

    return {
        "psnr": Psnr,
        "ssim": Ssim,
        "cpbd": Cpbd,
        "lpips": Lpips,
        "frechet-inception": FrechetInception,
        "frechet-efficientnet": FrechetEfficientNet,
    }
