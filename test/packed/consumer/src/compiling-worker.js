addEventListener("message", async ({ data: url }) => {
  const response = await fetch(url);
  postMessage(await WebAssembly.compile(await response.arrayBuffer()));
});
