#include "console.h"
#include "interrupts.h"
#include "io.h"

#define COM1 0x3F8
#define COM1_IRQ 4
#define UART_INTERRUPT_ENABLE 1
#define UART_FIFO_CONTROL 2
#define UART_LINE_CONTROL 3
#define UART_MODEM_CONTROL 4
#define UART_LINE_STATUS 5
#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x20
#define INPUT_BYTES 512 /* a power of 2 */

static struct {
  volatile u32 written, read;
  char bytes[INPUT_BYTES];
} input;

static void on_receive(void) {
  while (in8(COM1 + UART_LINE_STATUS) & DATA_READY) {
    char byte = (char)in8(COM1);
    if (input.written - input.read < INPUT_BYTES) input.bytes[input.written++ % INPUT_BYTES] = byte;
  }
  event_raise(EVENT_SERIAL);
}

void console_init(void) {
  out8(COM1 + UART_LINE_CONTROL, 0x03);  /* 8 data bits, no parity, 1 stop bit */
  out8(COM1 + UART_FIFO_CONTROL, 0x07);  /* on, and both directions emptied */
  out8(COM1 + UART_MODEM_CONTROL, 0x0B); /* OUT2 gates the interrupt line on a PC */
  out8(COM1 + UART_INTERRUPT_ENABLE, 0x01);
  interrupts_handle(COM1_IRQ, TRIGGER_EDGE, on_receive);
}

static void put(char c) {
  while (!(in8(COM1 + UART_LINE_STATUS) & TRANSMITTER_EMPTY)) continue;
  out8(COM1, (u8)c);
}

static void put_text(const char *text) {
  while (*text) put(*text++);
}

static void put_decimal(u32 value) {
  if (value >= 10) put_decimal(value / 10);
  put((char)('0' + value % 10));
}

static void put_hex(u32 value, u32 digits) {
  while (digits--) put("0123456789abcdef"[value >> (4 * digits) & 15]);
}

void print(const char *format, ...) {
  __builtin_va_list args;
  __builtin_va_start(args, format);
  for (; *format; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    switch (*++format) {
      case 's': put_text(__builtin_va_arg(args, const char *)); break;
      case 'u': put_decimal(__builtin_va_arg(args, u32)); break;
      case 'b': put_hex(__builtin_va_arg(args, u32), 2); break;
      case 'x': put_hex(__builtin_va_arg(args, u32), 8); break;
      case 'q': {
        u64 value = __builtin_va_arg(args, u64);
        put_hex((u32)(value >> 32), 8);
        put_hex((u32)value, 8);
      }
    }
  }
  __builtin_va_end(args);
}

static bool input_byte(char *byte) {
  if (input.read == input.written) return false;
  *byte = input.bytes[input.read % INPUT_BYTES];
  input.read++;
  return true;
}

bool console_line(char line[LINE_BYTES]) {
  static char partial[LINE_BYTES];
  static u32 length;
  for (char byte; input_byte(&byte);) {
    if (byte == '\r') continue;
    if (byte != '\n') {
      if (length < LINE_BYTES - 1) partial[length++] = byte; /* the tail of an overlong line is dropped */
      continue;
    }
    for (u32 i = 0; i < length; i++) line[i] = partial[i];
    line[length] = '\0';
    length = 0;
    return true;
  }
  return false;
}
