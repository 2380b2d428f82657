"""Published versions loaded by the loaders of TRL, LLaMA-Factory and Axolotl, each in its own environment."""
