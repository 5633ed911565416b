// One row in a process of its own, so that no contender runs code that another row has trained: told which by argv.
import { rows } from "../suites/index.js";
import { compare } from "./compare.js";

const [id, effort] = process.argv.slice(2);
const row = rows.find((each) => each.id === id);
const contenders = await row.contenders();
process.send({ ours: contenders.ours.name, measured: await compare(contenders, JSON.parse(effort)) });
