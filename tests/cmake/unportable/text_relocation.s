  .text
  .quad harmonics_register
  .section .note.GNU-stack,"",%progbits
