"""Connected components that grow by pairs."""

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.sketches import Places

__all__ = ["Components"]


class Components:
    """Places in components. The label of a component is its first place."""

    def __init__(self, labels: Places) -> None:
        self.above = labels.copy()  # leads to an earlier place of the component, or to itself

    def of(self, places: Places) -> Places:
        """The label of each place's component."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import roots

        labels: Places = roots(self.above, places)
        return labels

    def join(self, left: Places, right: Places) -> None:
        """Put both places of each pair into one component."""
        from ai_data_platform.core.datasets.near_duplicates.set_kernels import join_all

        join_all(self.above, left, right)

    def labels(self) -> Places:
        """The label of every place."""
        return self.of(np.arange(len(self.above)))
