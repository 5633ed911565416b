/** Writes what `run` returns, or its error, where the test reads it. */
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
