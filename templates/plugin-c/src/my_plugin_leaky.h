/* What the plugin does, without the host: tests/leaky.c tests it alone. */
#ifndef MY_PLUGIN_LEAKY_H
#define MY_PLUGIN_LEAKY_H

/* Lets through what is positive, and a tenth of the rest. */
float my_plugin_leaky(float x);

#endif /* MY_PLUGIN_LEAKY_H */
