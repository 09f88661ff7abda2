"""Between the crop that networks work in and the full picture that is shown."""
