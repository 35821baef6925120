set(GENERATOR "Ninja Multi-Config")
set(CONFIGS Debug Release)
