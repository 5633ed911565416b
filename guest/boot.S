/*
 * Entry from a multiboot loader: 32-bit protected mode, paging and interrupts off, EAX = magic,
 * EBX = multiboot information. The loader's descriptor table may be gone already, so the first
 * thing is one of our own: interrupt delivery reloads CS.
 */
#define MULTIBOOT_MAGIC 0x1BADB002
#define WANT_MEMORY_MAP 2
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define STACK_BYTES 8192

.section .multiboot, "a"
.balign 4
.long MULTIBOOT_MAGIC, WANT_MEMORY_MAP, -(MULTIBOOT_MAGIC + WANT_MEMORY_MAP)

.text
.globl _start
_start:
  cli
  cld
  lgdt gdt_register
  ljmp $CODE_SELECTOR, $1f
1:
  mov $DATA_SELECTOR, %dx
  mov %dx, %ds
  mov %dx, %es
  mov %dx, %fs
  mov %dx, %gs
  mov %dx, %ss
  mov $stack_top, %esp

  /* A loader may leave .bss as it found it (a warm reboot does). */
  mov %eax, %edx
  mov $bss_start, %edi
  mov $bss_end, %ecx
  sub %edi, %ecx
  xor %eax, %eax
  rep stosb

  push %ebx
  push %edx
  call guest_main
2:
  cli
  hlt
  jmp 2b

.balign 8
gdt:
  .quad 0
  .quad 0x00CF9A000000FFFF /* code: base 0, limit 4 GiB */
  .quad 0x00CF92000000FFFF /* data: the same */
gdt_register:
  .word gdt_register - gdt - 1
  .long gdt

.bss
.balign 16
  .skip STACK_BYTES
stack_top:

.section .note.GNU-stack, "", @progbits
