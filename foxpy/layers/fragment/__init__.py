"""Fragment: messages of any size over packets of a limited one."""

from foxpy.layers.fragment.config import FragmentConfig, FragmentInfo
from foxpy.layers.fragment.layer import Fragmentation, fragment

__all__ = ["FragmentConfig", "FragmentInfo", "Fragmentation", "fragment"]
