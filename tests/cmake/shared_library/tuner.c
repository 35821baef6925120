int tuning(void);

int main(void) { return tuning() - 440; }
