'use strict';

/** Answers in the plain form that no exporter gives. They come by way of JSON. */
const { placesIn, replaced } = require('./compact');
const { NAMES, NAMES_OF_GOOD, NUMBERS, VALUES } = require('./odd');

/** Numbers of JSON, and the texts that the plain form has for numbers which JSON lacks. */
const JSON_NUMBERS = [...NUMBERS.filter(Number.isFinite), null, '+Inf', '-Inf', 'NaN'];

function oddData(data, random, clashes) {
  let odd = JSON.parse(JSON.stringify(data));
  for (let left = random.below(6); left > 0; left--) {
    const place = random.pick(placesIn(odd));
    if (random.chance(0.2)) odd = replaced(odd, place, at(odd, random.pick(placesIn(odd))));
    else if (place.at(-1) === 'name') odd = replaced(odd, place, random.pick(clashes ? NAMES_OF_GOOD : NAMES));
    else odd = replaced(odd, place, random.pick(random.chance(0.5) ? JSON_NUMBERS : VALUES));
  }
  return JSON.parse(JSON.stringify(odd) ?? 'null');
}

function at(value, path) {
  return path.reduce((inner, key) => inner?.[key], value);
}

module.exports = { oddData };
