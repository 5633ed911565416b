#include "interrupts.h"
#include "console.h"
#include "io.h"

#define FIRST_IRQ_VECTOR 32
#define VECTORS 48
#define IRQS 16
#define CODE_SELECTOR 0x08
#define PRESENT_INTERRUPT_GATE 0x8E

#define PIC_MASTER 0x20
#define PIC_SLAVE 0xA0
#define PIC_DATA 1
#define PIC_EOI 0x20
#define CASCADE_IRQ 2
#define ELCR 0x4D0 /* edge/level control, one bit per line: PIIX datasheet */

struct gate {
  u16 offset_low, selector;
  u8 zero, type;
  u16 offset_high;
} __attribute__((packed));

struct idt_register {
  u16 limit;
  const struct gate *base;
} __attribute__((packed));

extern const u8 vector_stubs[];
static struct gate idt[VECTORS];
static void (*handlers[IRQS])(void);
static volatile u32 noted_events;

static void idt_fill(void) {
  for (u32 vector = 0; vector < VECTORS; vector++) {
    u32 entry = (u32)vector_stubs + 8 * vector;
    idt[vector] = (struct gate){(u16)entry, CODE_SELECTOR, 0, PRESENT_INTERRUPT_GATE, (u16)(entry >> 16)};
  }
  struct idt_register idtr = {sizeof(idt) - 1, idt};
  __asm__ volatile("lidt %0" ::"m"(idtr));
}

/* The four initialisation words of an 8259: begin, first vector, wiring of the cascade, 8086 mode. */
static void pic_start(u16 pic, u8 first_vector, u8 cascade) {
  out8(pic, 0x11);
  out8(pic + PIC_DATA, first_vector);
  out8(pic + PIC_DATA, cascade);
  out8(pic + PIC_DATA, 0x01);
  out8(pic + PIC_DATA, 0xFF);
}

static void pic_unmask(u8 irq) {
  u16 port = (irq < 8 ? PIC_MASTER : PIC_SLAVE) + PIC_DATA;
  out8(port, in8(port) & ~(1 << (irq & 7)));
}

void interrupts_init(void) {
  idt_fill();
  pic_start(PIC_MASTER, FIRST_IRQ_VECTOR, 1 << CASCADE_IRQ);
  pic_start(PIC_SLAVE, FIRST_IRQ_VECTOR + 8, CASCADE_IRQ);
  pic_unmask(CASCADE_IRQ);
}

void interrupts_handle(u8 irq, enum trigger trigger, void (*handler)(void)) {
  u16 elcr = ELCR + irq / 8;
  u8 bit = (u8)(1 << (irq & 7));
  handlers[irq] = handler;
  if (trigger == TRIGGER_LEVEL) out8(elcr, in8(elcr) | bit);
  pic_unmask(irq);
}

static void pic_acknowledge(u8 irq) {
  if (irq >= 8) out8(PIC_SLAVE, PIC_EOI);
  out8(PIC_MASTER, PIC_EOI);
}

/* Called by vectors.S with interrupts off. */
void interrupt_dispatch(u32 vector) {
  if (vector < FIRST_IRQ_VECTOR) {
    print("panic exception=%u\n", vector);
    halt_forever();
  }
  u8 irq = (u8)(vector - FIRST_IRQ_VECTOR);
  if (handlers[irq]) handlers[irq]();
  pic_acknowledge(irq);
}

void event_raise(u32 events) { noted_events |= events; }

u32 event_wait(void) {
  interrupts_off();
  while (!noted_events) {
    interrupts_on_and_halt();
    interrupts_off();
  }
  u32 events = noted_events;
  noted_events = 0;
  interrupts_on();
  return events;
}
