import { run } from "./program.js";
import { show } from "./show.js";

void show(run);
