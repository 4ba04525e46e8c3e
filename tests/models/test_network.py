"""A network answers as its Keras model does, and says what it eats."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.models import Network


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def sigmoid(scores):
    return 1 / (1 + np.exp(-scores))


# ---- answers


def test_digits_answer_as_keras_does(digits):
    batch = np.random.default_rng(0).random((7, 28, 28, 1), dtype=np.float32)
    np.testing.assert_allclose(digits.predict(batch), digits.model.predict(batch, verbose=0), atol=1e-6)
    np.testing.assert_allclose(softmax(digits.logits(batch)), digits.predict(batch), atol=1e-6)
    scores = digits.features(batch, ["dense_2"])["dense_2"]
    np.testing.assert_array_equal(digits.logits(batch), scores)


@pytest.mark.parametrize("end", ["inside the dense layer", "a layer", "an activation", "absent", "no bias"])
def test_scores_are_those_before_softmax(small, pictures, end):
    from keras import layers

    ends = {
        "inside the dense layer": [layers.Dense(3, activation="softmax", name="scores")],
        "no bias": [layers.Dense(3, activation="softmax", use_bias=False, name="scores")],
        "a layer": [layers.Dense(3, name="scores"), layers.Softmax()],
        "an activation": [layers.Dense(3, name="scores"), layers.Activation("softmax")],
        "absent": [layers.Dense(3, name="scores")],
    }
    net = Network(small(*ends[end]))
    kernel, *bias = net.weights("scores")
    scores = net.features(pictures, ["flat"])["flat"] @ kernel + (bias[0] if bias else 0)
    np.testing.assert_allclose(net.logits(pictures), scores, atol=1e-5)
    np.testing.assert_allclose(net.predict(pictures), softmax(scores), atol=1e-6)
    if end != "absent":
        np.testing.assert_allclose(net.predict(pictures), net.model.predict(pictures, verbose=0), atol=1e-6)


def test_scores_stay_apart_where_softmax_has_rounded_them_to_one(small, pictures):
    from keras import layers

    model = small(layers.Dense(3, activation="softmax", name="scores"))
    model.get_layer("scores").kernel.assign(model.get_layer("scores").kernel * 1000)
    logits = Network(model).logits(pictures)
    assert (np.sort(model.predict(pictures, verbose=0), axis=1)[:, 0] == 0).any()
    assert np.isfinite(logits).all() and np.ptp(logits, axis=1).min() > 100


@pytest.mark.parametrize("end", ["inside", "an activation"])
def test_one_sigmoid_unit_speaks_for_the_second_class(small, pictures, end):
    from keras import layers

    ends = {
        "inside": [layers.Dense(1, activation="sigmoid")],
        "an activation": [layers.Dense(1), layers.Activation("sigmoid")],
    }
    net = Network(small(*ends[end]))
    p = net.model.predict(pictures, verbose=0)
    np.testing.assert_allclose(net.predict(pictures), np.hstack([1 - p, p]), atol=1e-6)
    logits = net.logits(pictures)
    np.testing.assert_array_equal(logits[:, 0], -logits[:, 1])
    np.testing.assert_allclose(sigmoid(logits[:, 1]), p[:, 0], atol=1e-6)
    assert net.class_names == ("0", "1")


def test_several_sigmoid_units_are_probabilities_of_their_own(small, pictures):
    from keras import layers

    net = Network(small(layers.Dense(4, activation="sigmoid")))
    np.testing.assert_allclose(net.predict(pictures), net.model.predict(pictures, verbose=0), atol=1e-6)
    np.testing.assert_allclose(sigmoid(net.logits(pictures)), net.predict(pictures), atol=1e-6)


def test_layers_that_differ_while_training_do_not_train(small, pictures):
    from keras import layers

    model = small(layers.BatchNormalization(name="norm"), layers.Dropout(0.5), layers.Dense(3, activation="softmax"))
    net = Network(model)
    before = [weight.copy() for weight in net.weights("norm")]
    np.testing.assert_allclose(net.predict(pictures), model.predict(pictures, verbose=0), atol=1e-6)
    np.testing.assert_allclose(net.predict(pictures[:1]), net.predict(pictures)[:1], atol=1e-6)
    net.gradients(pictures, [0] * 5, "first")
    for weight, kept in zip(net.weights("norm"), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_a_batch_is_answered_as_its_pictures_one_by_one(digits):
    batch = np.random.default_rng(1).random((6, 28, 28, 1), dtype=np.float32)
    single = np.concatenate([digits.logits(picture[None]) for picture in batch])
    np.testing.assert_allclose(digits.logits(batch), single, atol=1e-4)


def test_one_of_several_outputs_can_be_meant(pictures):
    import keras
    from keras import layers

    picture = keras.Input(pictures.shape[1:])
    flat = layers.Flatten()(picture)
    heads = [layers.Dense(3, activation="softmax")(flat), layers.Dense(5, activation="softmax")(flat)]
    model = keras.Model(picture, heads)
    expected = model.predict(pictures, verbose=0)
    for index, classes in enumerate((3, 5)):
        net = Network(model, output=index)
        assert net.predict(pictures).shape == (5, classes)
        np.testing.assert_allclose(net.predict(pictures), expected[index], atol=1e-6)


# ---- what it eats


def gray(*shape):
    return np.random.default_rng(2).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture
def coloured():
    """A function that wraps a model of 8 × 8 RGB pictures, with layers before its dense end."""
    import keras
    from keras import layers

    def build(*start, channels=3, **options):
        model = keras.Sequential([keras.Input((8, 8, channels)), *start, layers.Flatten(), layers.Dense(2)])
        return Network(model, **options)

    return build


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 4), (30, 20, 3), (4, 5)])
def test_every_kind_of_picture_is_prepared(coloured, shape):
    for channels in (1, 3):
        batch = coloured(channels=channels).prepare(gray(*shape))
        assert batch.shape == (1, 8, 8, channels) and batch.dtype == np.float32
        assert batch.min() >= 0 and 0.3 < batch.max() <= 1


def test_pixels_keep_their_values_and_order(coloured):
    rgb, net = gray(8, 8, 3), coloured()
    np.testing.assert_allclose(net.prepare(rgb)[0], rgb / 255, atol=1e-6)
    np.testing.assert_allclose(net.prepare(rgb[..., 0])[0], np.repeat(rgb[..., :1], 3, axis=2) / 255, atol=1e-6)
    np.testing.assert_allclose(
        coloured(channels=1).prepare(rgb)[0, ..., 0], rgb @ [0.299, 0.587, 0.114] / 255, atol=0.6 / 255
    )


def test_what_is_transparent_lies_on_white(coloured):
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:4, :, 3] = 255
    rgba[4:, :4, 3] = 102
    batch = coloured().prepare(rgba)[0]
    assert (batch[:4] == 0).all() and (batch[4:, 4:] == 1).all()
    np.testing.assert_allclose(batch[4:, :4], 153 / 255, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 2), (3, 4), (3000, 4000)])
def test_pictures_much_smaller_or_larger_are_seen_from_edge_to_edge(coloured, digits, shape):
    """Dark on the left and bright on the right; of a single column, bright."""
    picture = np.full(shape, 200, np.uint8)
    picture[:, : shape[1] // 2] = 40
    net = coloured()
    batch = net.prepare(picture)
    np.testing.assert_allclose(batch[0, :, -1], 200 / 255, atol=1 / 255)
    np.testing.assert_allclose(batch[0, :, 0], (200 if shape[1] == 1 else 40) / 255, atol=1 / 255)
    for asked in (net, digits):
        probabilities = asked.predict(asked.prepare(picture))
        assert np.isfinite(probabilities).all() and probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_a_large_picture_is_averaged_not_picked_from(coloured):
    checks = np.kron(np.indices((8, 8)).sum(axis=0) % 2 * 0 + 1, [[0, 255], [255, 0]]).astype(np.uint8)
    np.testing.assert_allclose(coloured().prepare(checks)[0], 127.5 / 255, atol=1 / 255)


@pytest.mark.parametrize(
    ("scaling", "lowest", "highest"), [("0..1", 0, 1), ("-1..1", -1, 1), ("0..255", 0, 255), (None, 0, 1)]
)
def test_pixels_are_scaled(coloured, scaling, lowest, highest):
    picture = np.array([[0, 255]] * 8, np.uint8).repeat(4, axis=1)
    batch = coloured(scaling=scaling).prepare(picture)
    assert (batch.min(), batch.max()) == (lowest, highest)


def test_scaling_may_be_a_function(coloured):
    batch = coloured(scaling=lambda pixels: pixels - 100).prepare(np.full((8, 8), 30, np.uint8))
    assert batch.dtype == np.float32 and (batch == -70).all()


def test_a_model_that_rescales_by_itself_gets_the_pixels(coloured):
    from keras import layers

    picture = gray(8, 8, 3)
    np.testing.assert_array_equal(coloured(layers.Rescaling(1 / 255)).prepare(picture)[0], picture)


def test_digits_are_prepared_as_drawings(digits):
    from cnnviz.data import prepare_digit
    from cnnviz.data.samples import load_sample

    picture = load_sample("small_3")
    np.testing.assert_array_equal(digits.prepare(picture)[0, ..., 0], prepare_digit(picture[..., 0]))
    assert digits.predict(digits.prepare(picture)).argmax() == 3


# ---- what it refuses


def test_wrong_questions_are_answered_with_a_sentence(digits):
    with pytest.raises(NetworkError, match=r"batch of pictures of 28 × 28 × 1, not an array of shape \(28, 28, 1\)"):
        digits.predict(np.zeros((28, 28, 1)))
    with pytest.raises(NetworkError, match=r"not an array of shape \(2, 8, 8, 1\); use prepare"):
        digits.features(np.zeros((2, 8, 8, 1)))
    with pytest.raises(NetworkError, match=r"not an array of shape \(0, 28, 28, 1\)"):
        digits.logits(np.zeros((0, 28, 28, 1)))
    for ask in (digits.layer, digits.weights, lambda name: digits.features(np.zeros((1, 28, 28, 1)), [name])):
        with pytest.raises(NetworkError, match=r"no layer called 'conv_9'; there are: conv_1, relu_1"):
            ask("conv_9")


@pytest.mark.parametrize("wrong", [np.zeros((8, 8)), gray(8, 8, 2), gray(8), gray(1, 8, 8, 3)])
def test_other_arrays_are_no_pictures(digits, wrong):
    with pytest.raises(ValueError, match=rf"A picture is uint8 of shape .* not {wrong.dtype} of"):
        digits.prepare(wrong)


def test_models_that_cannot_be_shown_are_refused(coloured):
    import keras
    from keras import layers

    with pytest.raises(NetworkError, match=r"input shape is \(None, 5\); one picture of fixed height"):
        Network(keras.Sequential([keras.Input((5,)), layers.Dense(2)]))
    with pytest.raises(NetworkError, match=r"one picture of fixed height"):
        Network(keras.Sequential([keras.Input((None, None, 3)), layers.GlobalMaxPooling2D(), layers.Dense(2)]))
    with pytest.raises(NetworkError, match=r"pictures of 2 channels; only 1 \(grey\) or 3 \(RGB\)"):
        coloured(channels=2)
    with pytest.raises(NetworkError, match=r"no scaling called '0..2'; choose one of 0..1, -1..1, 0..255"):
        coloured(scaling="0..2")
    net = Network(keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3)]))
    with pytest.raises(NetworkError, match=r"output has shape \(6, 6, 2\); one number per class is needed"):
        net.predict(np.zeros((1, 8, 8, 1)))


def test_class_names_are_numbers_unless_they_are_given(coloured):
    assert coloured().class_names == ("0", "1")
    assert coloured(class_names=["cat", "dog"]).class_names == ("cat", "dog")


def test_dropout_and_linear_layers_after_softmax_are_passed_through(small, pictures):
    from keras import layers

    for end in (layers.Dropout(0.5), layers.Activation("linear", dtype="float32")):
        net = Network(small(layers.Dense(3, name="scores"), layers.Softmax(), end))
        np.testing.assert_allclose(net.predict(pictures), net.model.predict(pictures, verbose=0), atol=1e-6)
        np.testing.assert_allclose(net.logits(pictures), net.features(pictures)["scores"], atol=1e-6)


@pytest.fixture
def two_heads():
    """One picture, a head of three classes and one of two."""
    import keras
    from keras import layers

    picture = keras.Input((8, 8, 1))
    flat = layers.Flatten()(picture)
    return keras.Model(picture, [layers.Dense(3, name="three")(flat), layers.Dense(2, name="two")(flat)])


@pytest.mark.parametrize("output", [None, 2, -1])
def test_one_of_several_outputs_must_be_chosen(two_heads, pictures, output):
    with pytest.raises(NetworkError, match=r"has 2 outputs and .* give output=0 to 1"):
        Network(two_heads, output=output).predict(pictures)


@pytest.mark.parametrize(("output", "classes"), [(0, 3), (1, 2)])
def test_the_chosen_output_is_answered(two_heads, pictures, output, classes):
    net = Network(two_heads, output=output)
    expected = two_heads.predict(pictures, verbose=0)[output]
    np.testing.assert_allclose(net.logits(pictures), expected, atol=1e-6)
    assert net.class_names == tuple("0123456789"[:classes])


def test_every_class_needs_a_name(small):
    from keras import layers

    with pytest.raises(NetworkError, match="2 class names for 3 classes"):
        _ = Network(small(layers.Dense(3)), class_names=("a", "b")).class_names


def test_rescaling_inside_a_backbone_is_found():
    import keras
    from keras import layers

    inner = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), layers.Conv2D(2, 3)])
    net = Network(keras.Sequential([keras.Input((8, 8, 1)), inner, layers.Flatten(), layers.Dense(2)]))
    assert net.prepare(np.full((8, 8), 255, np.uint8)).max() == 255
