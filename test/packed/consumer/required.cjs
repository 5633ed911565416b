// A CommonJS program that requires every entry, and imports it as well.
const names = ["balance", "node", "testing", "trace", "tracker", "v86", "virtio"];
const { PageTracker } = require("ballonet");

async function isOneCopy(entry) {
  const [required, imported] = [require(entry), await import(entry)];
  const exported = Object.keys(imported).filter((name) => !["default", "module.exports"].includes(name));
  return exported.length > 0 && exported.every((name) => required[name] === imported[name]);
}

async function main() {
  const entries = ["ballonet", ...names.map((name) => `ballonet/${name}`)];
  const same = await Promise.all(entries.map(isOneCopy));
  const twice = entries.filter((_, i) => !same[i]);
  console.log(JSON.stringify({ frames: new PageTracker(64).inflateRange(0, 64), twice }));
}

void main();
