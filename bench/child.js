'use strict';

/** The process of one subject. run.js starts it and receives each row as soon as it is measured. */

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
