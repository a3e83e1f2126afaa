"""A GAN is trained by turns: one network learns to tell real from made, the other to make what passes for real.

This is the article's example of what `fit` does not do. Two losses, two optimizers, two tapes: in its turn each network
is asked for the gradients of its own Variables only, though the tape has heard both. The generator never sees a digit:
all it learns comes through the discriminator's derivative. A few seconds are enough for digits of 8 x 8 pixels.

GAN では、本物か偽物かを見分けるネットワークと、本物に見えるものを作るネットワークを、交互に学習させます。記事で、
`fit` では済まない例として挙げられているものです。損失もオプティマイザもテープも二つずつ使います。テープは両方の
ネットワークの計算を記録しますが、それぞれの番では、自分の変数についての勾配だけを求めます。生成器が本物の数字を見るこ
とは一度もなく、学ぶことはすべて識別器の微分を通って届きます。8×8 画素の数字なら、数秒で学習できます。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside
from comparisons.data import digits

real = 2.0 * digits()["x"].astype(np.float32) - 1.0  # 1,797 images, pixels from -1 to 1
rng = np.random.default_rng(0)
noise, batch = 8, 64


# %% Two networks, of one hidden layer each.
# 隠れ層が一つずつの、二つのネットワークです。
def networks(tf):
    layers = tf.keras.layers
    generator = tf.keras.Sequential([layers.Dense(128, "relu"), layers.Dense(64, "tanh")])
    discriminator = tf.keras.Sequential([layers.Dense(128, tf.nn.leaky_relu), layers.Dense(1)])
    generator(tf.zeros([1, noise])), discriminator(tf.zeros([1, 64]))  # now they have weights
    return generator, discriminator


# %% A step: first the one learns, then the other.
# 1 ステップです。まず識別器が、次に生成器が学習します。
def trainer(tf, generator, discriminator):
    optimizers = [tf.keras.optimizers.Adam(0.002, beta_1=0.5) for _ in range(2)]

    def says(images, answer):  # the loss of a discriminator that should say 1 for real, 0 for made
        logits = discriminator(images)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(answer * tf.ones_like(logits), logits))

    @tf.function
    def step(images, z):
        with tf.GradientTape() as tape:
            found = says(images, 1.0) + says(generator(z), 0.0)
        mine = discriminator.trainable_variables
        optimizers[0].apply_gradients(zip(tape.gradient(found, mine), mine))
        with tf.GradientTape() as tape:
            fooled = says(generator(z), 1.0)
        mine = generator.trainable_variables
        optimizers[1].apply_gradients(zip(tape.gradient(fooled, mine), mine))
        return found, fooled

    return step


# %% Training. The same noise is shown again and again.
# 学習します。同じノイズから何が作られるかを、途中でも見ます。
tf.random.set_seed(0)
generator, discriminator = networks(tf)
start = generator.get_weights(), discriminator.get_weights()
batches = [(real[rng.integers(0, len(real), batch)], rng.normal(size=(batch, noise)).astype(np.float32))
           for _ in range(2500)]
step, losses, shown = trainer(tf, generator, discriminator), [], {"real": real[:16]}
for i, (images, z) in enumerate(batches):
    if i in (0, 200):
        shown[f"step {i}"] = generator(batches[0][1][:16]).numpy()
    losses.append([float(loss) for loss in step(tf.constant(images), tf.constant(z))])
shown[f"step {len(batches)}"] = generator(batches[0][1][:16]).numpy()
far = {name: np.mean([np.sqrt(((real - each) ** 2).sum(axis=1)).min() for each in made])
       for name, made in shown.items()}
print("how far from the nearest real digit:", *(f"{name} {distance:.2f}" for name, distance in far.items()))
assert far[f"step {len(batches)}"] < 0.6 * far["step 0"]

# %% Above real digits; below them what the generator makes of noise.
# 一番上が本物の数字、その下が、生成器がノイズから作ったものです。
if plt := beside("matplotlib.pyplot"):
    figure, axes = plt.subplots(4, 1, figsize=(9, 3), dpi=80)
    for ax, (name, made) in zip(axes, shown.items(), strict=True):
        ax.imshow(np.hstack([np.pad(each.reshape(8, 8), 1, constant_values=-1.0) for each in made]), cmap="gray_r")
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        ax.set(xticks=[], yticks=[])
    plt.show()

# %% The first twenty steps with TensorFlow, from the same start.
# 同じ初期値からの最初の 20 ステップを、TensorFlow と比べます。
if tensorflow := beside("tensorflow"):
    both = networks(tensorflow)
    for network, weights in zip(both, start, strict=True):
        network.set_weights(weights)
    step = trainer(tensorflow, *both)
    theirs = [[float(loss) for loss in step(images, z)] for images, z in batches[:20]]
    np.testing.assert_allclose(losses[:20], theirs, rtol=1e-3)
    print("TensorFlow gives the same losses, of both networks.")
