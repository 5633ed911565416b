#include "commands.h"
#include "abuse/abuse.h"
#include "balloon.h"
#include "console.h"
#include "driver.h"
#include "ballooned.h"
#include "io.h"
#include "pages.h"
#include "report.h"
#include "request.h"
#include "text.h"
#include "virtio_pci.h"
#include "virtqueue.h"

#define DEFAULT_STRIDE 2

static void fail(const char *why) { print("error %s\n", why); }

static void command_report(char *arguments) {
  (void)arguments;
  report_ballooned();
}

static void command_check(char *arguments) {
  (void)arguments;
  report_memory();
}

static void command_fragment(char *arguments) {
  u32 stride = DEFAULT_STRIDE;
  if (*arguments && (!text_number(arguments, &stride) || stride == 0)) return fail("fragment wants a stride of 1 or more");
  pages_set_stride(stride);
  print("fragment stride=%u\n", stride);
}

static void command_silent(char *arguments) {
  u32 count;
  if (!driver_reuses_early()) return fail("this driver does not reuse pages silently");
  if (!text_number(arguments, &count)) return fail("silent wants a number of pages");
  print("silent reused=%u\n", ballooned_reuse(count));
}

static void command_tell(char *arguments) {
  (void)arguments;
  if (!driver_reuses_early()) return fail("this driver does not reuse pages silently");
  if (!driver_running()) return fail("the device is not running");
  balloon_tell_reused();
}

static void command_status(char *arguments) {
  (void)arguments;
  if (!driver_attached()) return fail("no device");
  print("status %b\n", virtio_status());
}

static void command_reset(char *arguments) {
  (void)arguments;
  if (!driver_attached()) return fail("no device");
  driver_start();
}

static void command_kick(char *arguments) {
  u32 queue;
  if (!driver_running()) return fail("the device is not running");
  if (!text_number(arguments, &queue) || queue > 0xFFFF) return fail("kick wants a queue number");
  out16(virtio_notify_port((u16)queue), (u16)queue);
  print("kicked %u\n", queue);
}

static void command_abuse(char *arguments) {
  if (text_equal(arguments, "list")) return abuse_list();
  if (!driver_running()) return fail("the device is not running");
  if (request_busy()) return fail("a request is in flight");
  if (!abuse_start(arguments)) fail("no such abuse");
}

static void command_quit(char *arguments) {
  (void)arguments;
  driver_stop();
  print("bye\n");
  halt_forever();
}

static const struct {
  const char *name;
  void (*run)(char *arguments);
} commands[] = {
    {"report", command_report}, {"check", command_check},   {"fragment", command_fragment},
    {"silent", command_silent}, {"tell", command_tell},     {"status", command_status},
    {"reset", command_reset},   {"kick", command_kick},     {"abuse", command_abuse},
    {"quit", command_quit},
};

void commands_run(char *line) {
  char *arguments = text_split(line);
  for (u32 i = 0; i < LENGTH(commands); i++)
    if (text_equal(line, commands[i].name)) return commands[i].run(arguments);
  fail("unknown command");
}
