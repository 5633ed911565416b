#include "clock.h"
#include "cmdline.h"
#include "commands.h"
#include "console.h"
#include "driver.h"
#include "ballooned.h"
#include "interrupts.h"
#include "io.h"
#include "memory.h"
#include "pages.h"
#include "pci.h"

#define MULTIBOOT_LOADED 0x2BADB002
#define HAS_CMDLINE (1u << 2)
#define PROTOCOL_VERSION 1

static void __attribute__((noreturn)) panic(const char *why) {
  print("panic %s\n", why);
  halt_forever();
}

static void platform_init(u32 magic, const struct multiboot_info *info) {
  interrupts_init();
  console_init();
  if (magic != MULTIBOOT_LOADED || !memory_init(info)) panic("not booted with a multiboot memory map");
  if (info->flags & HAS_CMDLINE) cmdline_init((const char *)info->cmdline);
  clock_init();
  pci_size_bars();
}

static void pool_init(void) {
  pages_reserve();
  ballooned_reserve();
  memory_seal();
  pages_fill();
}

static void device_init(const struct role *role) {
  if (driver_attach(role, cmdline_is("irq", "off"))) driver_start();
  else print("no device\n");
}

static void handle_commands(void) {
  char line[LINE_BYTES];
  while (console_line(line)) commands_run(line);
}

/* Called by boot.S. */
void guest_main(u32 magic, const struct multiboot_info *info) {
  platform_init(magic, info);
  pool_init();
  const struct role *role = role_chosen();
  if (!role) panic("unknown driver");
  print("hello ballonet-guest %u driver=%s frames=%u pool=%u+%u\n", PROTOCOL_VERSION, role->name,
        memory.frames, memory.pool_first, memory.pool_count);
  interrupts_on();
  device_init(role);
  for (;;) {
    u32 events = event_wait();
    driver_handle(events);
    handle_commands();
    driver_handle(0);
  }
}
