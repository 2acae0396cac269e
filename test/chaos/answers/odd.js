'use strict';

/** Odd things for the places of an answer. */

const NUMBERS = [NaN, Infinity, -Infinity, -0, 0, -1, 0.5, 1e-320, 2 ** 31, 2 ** 52 + 1, 2 ** 53, 2 ** 63, 1e21, 1e308];

/** For any place of a JSON value. */
const VALUES = [
  ...[undefined, null, true, -1, 0, 1, 2, 3, 1.5, 1024, 65_536, 1e9, 2 ** 53, 1e300],
  ...['', '1', 'NaN', '-Infinity', 'x', '__proto__', '\ud800', 'x'.repeat(1000), 'x'.repeat(10_001)],
  ...[[], {}, [1, 2], [[]], [null], '{}', '{"a":{}}', '5', '+Inf', '-Inf'],
];

/** Names that are, or become, those of other series and families. */
const NAMES = [
  ...['', '0', 'a.b', 'a-b', 'a_b', 'a_b_total', 'a_b_count', 'a_b_bucket', 'a_b_sum', 'a_b_info', 'a_b_created'],
  ...['target_info', 'target', 'pm2_up', 'le', '# EOF', 'x\ny', 'ä', '\ud800', 'constructor', '__proto__'],
];
/** The same of metrics of another process. */
const NAMES_OF_GOOD = [
  'counter',
  'counter_total',
  'gauge',
  'explicit',
  'explicit_bucket',
  'summary',
  'summary_count',
  'exponential',
  'exponential_sum',
].map((name) => `good_${name}`);

/** JSON texts in place of attributes. */
const ATTRIBUTES = [
  ...['{}', ' {}', '{ "a" : "" }', '[]', 'x', '', 'null', '{"a":"1","a":"2"}', '{"a.b":1,"a-b":2}', '{"":""}'],
  ...['{"le":"1"}', '{"le":"+Inf","le_":1}', '{"quantile":0.5}', '{"__proto__":{"a":1}}', '{"a":{"b":[1,[2]]}}'],
  ...['{"pm2_app":"good","pm_id":"0"}', '{"otel_scope_name":"good","id":"a"}', '{"a":1e400}', '{"a":"\\ud800"}'],
  ...[
    '{"a":"\\n\\"\\\\"}',
    `{"${'x'.repeat(2000)}":1}`,
    `{"long":"${'x'.repeat(50_000)}"}`,
    `{"a":"${'"'.repeat(2)}`,
    `{"a":${'['.repeat(30)}${']'.repeat(30)}}`,
  ],
];

module.exports = { ATTRIBUTES, NAMES, NAMES_OF_GOOD, NUMBERS, VALUES };
