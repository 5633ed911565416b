#include "driver.h"
#include "balloon.h"
#include "console.h"
#include "interrupts.h"
#include "request.h"
#include "stats.h"
#include "transfer.h"
#include "virtio_pci.h"

#define DEVICE_IRQ 11
#define INFLATE_AND_DEFLATE 2

static struct {
  const struct role *role;
  bool attached, polled, running;
  u64 features;
} driver;

bool driver_running(void) { return driver.running; }
bool driver_attached(void) { return driver.attached; }

bool driver_reuses_early(void) {
  const struct role *role = driver.role;
  return role->reuse_early && (role->without_silent != TELLS_FIRST || features_silent(driver.features));
}

static void on_device_interrupt(void) {
  u8 isr = virtio_read_isr();
  if (isr & ISR_QUEUE) event_raise(EVENT_QUEUE);
  if (isr & ISR_CONFIG) event_raise(EVENT_CONFIG);
}

static void connect_interrupt(struct pci_device device) {
  pci_route_interrupt(device, DEVICE_IRQ);
  interrupts_handle(DEVICE_IRQ, TRIGGER_LEVEL, on_device_interrupt);
}

bool driver_attach(const struct role *role, bool polled) {
  struct pci_device device;
  driver.role = role;
  driver.polled = polled;
  driver.attached = virtio_find(&device) && virtio_map(device);
  if (driver.attached && !polled) connect_interrupt(device);
  return driver.attached;
}

/* §3.1.1 steps 1 to 4. */
static u64 ask_what_is_offered(void) {
  virtio_reset();
  virtio_status_add(STATUS_ACKNOWLEDGE);
  virtio_status_add(STATUS_DRIVER);
  return virtio_offered_features();
}

/* §3.1.1 steps 4 to 6. The device refuses by clearing FEATURES_OK. */
static bool negotiate(u64 offered) {
  driver.features = driver.role->wanted(offered) & offered;
  virtio_accept_features(driver.features);
  virtio_status_add(STATUS_FEATURES_OK);
  return virtio_status() & STATUS_FEATURES_OK;
}

static bool negotiated(u64 feature) { return (driver.features & feature) != 0; }

static u32 start_queues(void) {
  struct virtq_options options = {negotiated(F_RING_EVENT_IDX), driver.polled};
  u16 wanted = INFLATE_AND_DEFLATE + negotiated(F_STATS_VQ), started = 0;
  while (started < wanted && virtq_start(started, options)) started++;
  return started;
}

static void refuse(const char *reason) {
  virtio_status_add(STATUS_FAILED);
  print("%s\n", reason);
}

/* §5.5.5: the device is told of the first statistics buffer only after DRIVER_OK. */
static void run(void) {
  virtio_status_add(STATUS_DRIVER_OK);
  driver.running = true;
  if (negotiated(F_STATS_VQ)) stats_send();
  print("ready\n");
  balloon_look_at_target(false);
  balloon_step();
}

void driver_start(void) {
  driver_stop();
  u64 offered = ask_what_is_offered();
  if (driver.role->without_silent == DOES_NOT_START && !features_silent(offered))
    return refuse("silent deflate missing");
  if (!negotiate(offered)) return refuse("features refused");
  u32 queues = start_queues();
  print("negotiated offered=%q acked=%q queues=%u\n", offered, driver.features, queues);
  if (queues < INFLATE_AND_DEFLATE) return refuse("queues missing");
  transfer_use_indirect(negotiated(F_RING_INDIRECT_DESC));
  balloon_reuse_early(driver_reuses_early());
  run();
}

void driver_stop(void) {
  driver.running = false;
  driver.features = 0;
  if (driver.attached) virtio_reset();
  request_forget();
  balloon_start();
}

/* §2.1.2: after NEEDS_RESET the driver cannot rely on anything that is in flight. */
static void look_at_status(void) {
  if (!(virtio_status() & STATUS_NEEDS_RESET)) return;
  request_expire(true);
  driver.running = false;
  print("needs-reset\n");
}

static void configuration_changed(void) {
  look_at_status();
  if (driver.running) balloon_look_at_target(!driver.polled);
}

static void queues_used(void) {
  request_poll();
  if (negotiated(F_STATS_VQ)) stats_poll();
}

void driver_handle(u32 events) {
  if (!driver.running) return;
  if (driver.polled) events |= EVENT_QUEUE | EVENT_CONFIG;
  if (events & EVENT_QUEUE) queues_used();
  if (events & EVENT_CONFIG) configuration_changed();
  if (!driver.running) return;
  if (events & EVENT_TICK) request_expire(false);
  balloon_step();
  while (driver.polled && request_poll()) balloon_step();
}
