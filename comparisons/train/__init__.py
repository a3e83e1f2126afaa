"""The same model, weights and batches, trained by every library, step by step: do the weights stay the same?"""
