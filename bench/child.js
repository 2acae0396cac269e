'use strict';

/** One measurement in a process of its own: started by run.js, sends it each row as soon as it has it. */

const path = require('node:path');

const [subject, options] = process.argv.slice(2);
const measure = require(path.join(__dirname, 'subjects', `${subject}.js`));

measure({ ...JSON.parse(options), emit: (row) => process.send({ row }) }).then(
  () => process.disconnect(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
