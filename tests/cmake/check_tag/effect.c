#error A tag is checked before anything is compiled.
