"""Every ablation of the papers is a ``--set`` on a recipe, and what it names can be built."""

import pytest

from visemix.registry.build import build

ABLATIONS = {
    "audio2au/tiny": [
        "training.weights.perceptual=0",
        "training.weights.identity=0",
        "training.weights.adversarial=0",
        "training.weights.au=0",
        "training.weights.au_bce=0",
        "training.weights.au_dice=0",
        "refiner.use_audio2au=false",
        "refiner.units_rate=0",
        "attribute_model.au_rnn_scope=sequence",
        "discriminators.0.weight=0",
        "discriminators.1.weight=0",
        "discriminators.1.train_classifier=false",
        "training.stages=[pre-train, pre-train-classifier, reconstruction]",
    ],
    "facial/tiny": [
        "attribute_model.use_local=false",
        "attribute_model.use_temporal=false",
        "refiner.eye_attention='off'",
        "refiner.eye_attention=overwrite_rgb",
        "training.weights.attribute_adversarial=0",
        "training.weights.l1=0",
        "training.weights.perceptual=0",
        "training.weights.feature_matching=0",
        "training.weights.render_adversarial=0",
        "discriminators.0.weight=0",
        "discriminators.1.weight=0",
        "training.preset=released",
    ],
    "lstm-pose/tiny": [
        "attribute_model.predict_pose=false",
        "refiner.identity_feature='off'",
        "refiner.identity_feature=mean",
        *(f"attribute_model.personal_frames={n}" for n in (100, 200, 300, 500, 800)),
        "training.stages=[general, gan-general]",
        "training.weights.attention_size=0",
        "training.weights.attention_variation=0",
        "training.weights.l1=0",
        "training.weights.pose=0",
        "training.weights.pose_motion=0",
        "training.weights.memory=0",
        "discriminators.0.weight=0",
        "matcher.mode=replay",
        "matcher.keyframe_axis=yaw",
        "training.preset=released",
    ],
    "rhythmic-head/tiny": [
        "refiner.use_projection=false",
        "refiner.use_attention=false",
        "refiner.composition=matting",
        "refiner.use_warp=false",
        "refiner.warp_projection=false",
        "refiner.warp_reference=false",
        *(f"refiner.references={k}" for k in (1, 8, 32)),
        *(f"matcher.references={k}" for k in (1, 8, 32)),
        "refiner.combine=concat",
        "refiner.n_layers=2",
        "matcher.translation_weight=1",
        "matcher.distance=absolute",
        "face_model.personal=false",
        "discriminators.0.weight=0",
        "discriminators.1.weight=0",
        "training.weights.motion_adversarial=0",
        "training.weights.picture_adversarial=0",
        "training.weights.feature_matching=0",
        "training.weights.perceptual=0",
        "training.weights.warp=0",
        "training.preset=released",
    ],
}
CASES = [(recipe, change) for recipe, changes in ABLATIONS.items() for change in changes]


@pytest.mark.parametrize(("recipe", "change"), CASES, ids=[" ".join(case) for case in CASES])
def test_an_ablation_is_one_change(recipe: str, change: str) -> None:
    built = build(recipe, [change], training=True)
    shown = built.resolved.recipe
    assert shown.place(change.partition("=")[0]).startswith("--set ")
    assert built.parts.attribute_model and built.parts.refiner
