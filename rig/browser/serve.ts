import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * Serves the files of `folder` while `use` runs.
 *
 * @param more other files, by their path, such as "/linux/vmlinuz"
 */
export async function serving<T>(
  folder: string,
  use: (url: string) => Promise<T>,
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<T> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const found = more[pathname];
    (found === undefined ? readFile(join(folder, pathname)) : Promise.resolve(found)).then(
      (file) =>
        response
          .writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "application/octet-stream" })
          .end(file),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
