import type { Section } from "../statement.ts";

export const notOffered: Section = {
  title: "What is not offered",
  about:
    'Statements that begin with "if … has been negotiated" do not apply to a feature that is not offered. A test checks that the device offers none of these.',
  statements: [
    {
      id: "ABSENT-1",
      says: "packed virtqueues, RING_PACKED (34), §2.8",
      does: "Not offered.",
      evidence: "not applicable",
      why: "The balloon sends few, large chains. A faster ring would gain little.",
    },
    {
      id: "ABSENT-2",
      says: "IN_ORDER (35), §2.7.9",
      does: "Not offered.",
      evidence: "not applicable",
      why: "A withheld deflate and the statistics buffer keep chains. Each queue is in order on its own.",
    },
    {
      id: "ABSENT-3",
      says: "ACCESS_PLATFORM (33), §6",
      does: "Not offered.",
      evidence: "not applicable",
      why: "Addresses are guest physical ones, and Linux's balloon driver clears the bit.",
    },
    {
      id: "ABSENT-4",
      says: "ORDER_PLATFORM (36), §6",
      does: "Not offered.",
      evidence: "not applicable",
      why: "Device and guest share a thread.",
    },
    {
      id: "ABSENT-5",
      says: "SR_IOV (37), §6",
      does: "Not offered.",
      evidence: "not applicable",
      why: "There are no virtual functions.",
    },
    {
      id: "ABSENT-6",
      says: "NOTIFICATION_DATA (38), §2.9",
      does: "Not offered.",
      evidence: "not applicable",
      why: "The device reads the rings anyway.",
    },
    {
      id: "ABSENT-7",
      says: "NOTIF_CONFIG_DATA (39), §4.1.4.3",
      does: "Not offered.",
      evidence: "not applicable",
      why: "The register queue_notify_data is there, with the queue's number.",
    },
    {
      id: "ABSENT-8",
      says: "ADMIN_VQ (41), §2.13",
      does: "Not offered.",
      evidence: "not applicable",
      why: "There are no group members to administer.",
    },
    {
      id: "ABSENT-9",
      says: "SUSPEND (43), VIRTIO 1.4",
      does: "Not offered.",
      evidence: "not applicable",
      why: "It came after 1.3. Machines are saved and restored without the guest's help.",
    },
    {
      id: "ABSENT-10",
      says: "NOTIFY_ON_EMPTY (24) and ANY_LAYOUT (27) of legacy devices, §6.3",
      does: "Not offered.",
      evidence: "not applicable",
      why: "The device takes any layout, offered or not.",
    },
    {
      id: "ABSENT-11",
      says: "virtio over channel I/O, §4.3",
      does: "Not built.",
      evidence: "not applicable",
      why: "It is for s390 guests.",
    },
    {
      id: "ABSENT-12",
      says: "shared memory and vendor capabilities, §4.1.4.7 and §4.1.4.8",
      does: "Has none.",
      evidence: "not applicable",
      why: "The balloon has no shared memory and no vendor data.",
    },
  ],
};
