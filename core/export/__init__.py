"""Trained models as ONNX files: made, and checked against PyTorch; ``core.inference.exported`` runs them."""
