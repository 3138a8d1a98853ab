"""Fragment: messages of any size over packets of a limited one."""

from foxpy.layers.fragment.layer import Fragmentation, FragmentConfig, FragmentInfo, fragment

__all__ = ["FragmentConfig", "FragmentInfo", "Fragmentation", "fragment"]
