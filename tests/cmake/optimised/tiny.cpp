int not_used() { return 0; }
