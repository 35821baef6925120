# For CMake another system, with a compiler that every machine has.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR RISCV64)
