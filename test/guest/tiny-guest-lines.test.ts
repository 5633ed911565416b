import { describe, expect, test } from "vitest";
import { GuestLines, GuestTimeoutError } from "../../src/guest/tiny-guest-lines.ts";

function send(lines: GuestLines, text: string): void {
  for (const char of text) lines.push(char.charCodeAt(0));
}

describe("the guest's lines", () => {
  test("are delivered whole, without their line ends", async () => {
    const lines = new GuestLines();
    const line = lines.waitFor(/^two/, 100);
    send(lines, "one\r\ntwo th");
    send(lines, "ree\n");
    expect(await line).toBe("two three");
    expect(lines.log).toEqual(["one", "two three"]);
  });

  test("do not count if they came before the wait", async () => {
    const lines = new GuestLines();
    send(lines, "ready\n");
    await expect(lines.waitFor("ready", 10)).rejects.toThrow(GuestTimeoutError);
  });

  test("are quoted by a timeout, the last few only", async () => {
    const lines = new GuestLines();
    send(lines, "1\n2\n3\n4\n5\n6\n");
    await expect(lines.waitFor("settled", 10)).rejects.toThrow(
      "no settled within 10 ms; the guest's last lines:\n  2\n",
    );
  });

  test("are limited in length and in number", () => {
    const lines = new GuestLines();
    send(lines, "x".repeat(100_000) + "\n");
    expect(lines.log[0]!.length).toBe(4096);
    send(lines, "y\n".repeat(5_000));
    expect(lines.log.length).toBe(1000);
  });

  test("end every wait when the guest is gone", async () => {
    const lines = new GuestLines();
    const line = lines.waitFor("ready", 10_000);
    lines.close("gone");
    await expect(line).rejects.toThrow("gone");
  });
});
