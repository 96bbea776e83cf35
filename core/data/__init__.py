"""From annotations and frame files to clips: records, protocols, sampling, crops, augmentation, loading, extraction."""
