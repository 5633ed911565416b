/*
 * One 8-byte stub per vector, so that vector n starts at vector_stubs + 8 n. Each pushes its number and
 * joins the common path. Some exceptions also push an error code; nothing returns from those, so the
 * stubs need not know which.
 */
#define VECTORS 48 /* 32 exceptions, 16 interrupt lines */

.text
.globl vector_stubs
.balign 8
vector_stubs:
.set vector, 0
.rept VECTORS
  .balign 8
  push $vector
  jmp common
  .set vector, vector + 1
.endr

common:
  pusha
  cld
  push 32(%esp) /* the vector, under the eight registers of PUSHA */
  call interrupt_dispatch
  add $4, %esp
  popa
  add $4, %esp
  iret

.section .note.GNU-stack, "", @progbits
