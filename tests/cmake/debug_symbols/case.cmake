set(GENERATOR "Ninja Multi-Config")
set(CONFIGS Release RelWithDebInfo)
