"""From a configuration to a trained model: builder, loop, checkpoints, pretraining, predicted keypoints."""
