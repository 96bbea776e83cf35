"""Trained models as ONNX files: made, checked against PyTorch, and run."""
