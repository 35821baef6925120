int tuning(void);

int tuning(void) { return 440; }
