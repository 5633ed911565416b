import wasmUrl from "v86/build/v86.wasm?url";
import imageUrl from "../../../guest/tiny.elf?url";
import type { TinyGuestParts } from "../../../src/guest/tiny-guest-machine.ts";

let parts: Promise<TinyGuestParts> | undefined;

/** The embedded guest's image and v86, fetched and compiled once. */
export function tinyGuestParts(): Promise<TinyGuestParts> {
  return (parts ??= fetchParts());
}

async function fetchParts(): Promise<TinyGuestParts> {
  const [image, module] = await Promise.all([
    bytesOf(imageUrl),
    bytesOf(wasmUrl).then((bytes) => WebAssembly.compile(bytes)),
  ]);
  return { image: new Uint8Array(image), module };
}

/** Instantiates v86, from the module that was compiled once. */
export async function instantiateV86(imports: WebAssembly.Imports): Promise<WebAssembly.Exports> {
  const { module } = await tinyGuestParts();
  return (await WebAssembly.instantiate(module, imports)).exports;
}

/** @throws Error when the server does not have the file */
export async function bytesOf(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** Whether the server has the file. Some servers answer with a page instead of an error. */
export async function isServed(url: string): Promise<boolean> {
  const response = await fetch(url, { method: "HEAD" }).catch(() => undefined);
  return response?.ok === true && response.headers.get("content-type")?.startsWith("text/html") !== true;
}
