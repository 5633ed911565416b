// Refuses a release without the repository's address: npm shows it, and the proof of where the package comes from needs
// it. `repository` is the one setting. npm derives `bugs` and `homepage` from it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const URL_FORM = /^git\+https:\/\/github\.com\/([\w-]+\/[\w.-]+)\.git$/;
const HOW =
  'set "repository" in package.json to { "type": "git", "url": "git+https://github.com/OWNER/NAME.git" }, the address of this repository';

const { repository, bugs, homepage } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
);
const name = URL_FORM.exec(repository?.url)?.[1];
const fault = faultOf();
if (fault === undefined) {
  console.log(`repository  https://github.com/${name}`);
  console.log(`bugs        https://github.com/${name}/issues`);
  console.log(`homepage    https://github.com/${name}#readme`);
} else console.error(`release: ${fault}. See "Releases" in CONTRIBUTING.md`);
process.exitCode = fault === undefined ? 0 : 1;

function faultOf() {
  if (repository === undefined) return `the repository's address is not set: ${HOW}`;
  if (name === undefined) return `"repository" is ${JSON.stringify(repository)}: ${HOW}`;
  for (const [field, value] of Object.entries({ bugs, homepage }))
    if (value !== undefined)
      return `remove "${field}" from package.json: npm derives it from "repository", got ${JSON.stringify(value)}`;
  const { GITHUB_REPOSITORY: here = name } = process.env;
  if (here.toLowerCase() === name.toLowerCase()) return undefined;
  return `"repository" is ${repository.url}, but this release runs in ${here}: ${HOW}`;
}
