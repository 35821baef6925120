/* Everything is in lib.rs. This makes a linker of the C compiler, which takes the crate in. */
typedef int my_plugin_linked;
