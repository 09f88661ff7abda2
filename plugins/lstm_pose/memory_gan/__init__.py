"""Yi et al.'s memory-augmented GAN: renders over real backgrounds become pictures."""
