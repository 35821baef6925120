int pitch(void);
int tuning(void);

int tuning(void) { return pitch(); }
