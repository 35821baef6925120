set(CONFIGS Debug Release)
set(GENERATOR "Ninja Multi-Config")
