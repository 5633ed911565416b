/** Writes what `run` returns, or what it fails with, where the test reads it. */
export async function show(run) {
  document.querySelector("output").textContent = JSON.stringify(await outcomeOf(run));
}

async function outcomeOf(run) {
  try {
    return await run();
  } catch ({ name, message }) {
    return { name, message };
  }
}
