// Measures one row in a separate process, so that no contender runs code that another row has trained; argv names the row.
import { rows } from "../suites/index.js";
import { compare } from "./compare.js";
import { Unavailable } from "./unavailable.js";

const [id, effort] = process.argv.slice(2);

async function measureRow() {
  const row = rows.find((each) => each.id === id);
  if (row.race !== undefined) return row.race(JSON.parse(effort));
  const contenders = await row.contenders();
  return { ours: contenders.ours.name, measured: await compare(contenders, JSON.parse(effort)) };
}

try {
  process.send(await measureRow());
} catch (error) {
  process.send(error instanceof Unavailable ? { unavailable: error.message } : { broken: String(error) });
}
