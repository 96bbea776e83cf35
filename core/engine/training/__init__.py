"""From a configuration to a trained model: builder, loop, stages, pretraining, predicted keypoints."""
