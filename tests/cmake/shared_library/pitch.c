int pitch(void);

int pitch(void) { return 440; }
