const { PageTracker } = require("ballonet");

console.log(`${new PageTracker(64).inflateRange(0, 64)} frames`);
