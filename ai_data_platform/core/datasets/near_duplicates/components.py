"""Connected components that grow by pairs, at a cost that follows the pairs and not all members."""

import numpy as np

from ai_data_platform.core.datasets.near_duplicates.sketches import Places

__all__ = ["Components"]


class Components:
    """Places in components. The label of a component is its first place."""

    def __init__(self, labels: Places) -> None:
        self._above = labels.copy()  # leads to an earlier place of the component, or to itself

    def of(self, places: Places) -> Places:
        """The label of each place's component."""
        labels = self._above[places]
        while not np.array_equal(higher := self._above[labels], labels):
            labels = higher
        self._above[places] = labels
        return labels

    def join(self, left: Places, right: Places) -> None:
        """Put both places of each pair into one component."""
        while len(left):
            a, b = self.of(left), self.of(right)
            apart = a != b
            left, right, a, b = left[apart], right[apart], a[apart], b[apart]
            np.minimum.at(self._above, np.maximum(a, b), np.minimum(a, b))

    def labels(self) -> Places:
        """The label of every place."""
        labels = self._above
        while not np.array_equal(higher := labels[labels], labels):
            labels = higher
        return labels
