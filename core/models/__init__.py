"""Networks: pose, implicit pose, skeleton, visual, and the joint model that chains them."""
