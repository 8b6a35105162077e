/** The floors of the house: imports point down only, siblings on one floor do not import each other. See docs/architecture.md. */
const floors = [
  ['base'],
  ['model'],
  ['config'],
  ['store'],
  ['plan', 'load', 'sample', 'detect', 'alert', 'notify', 'schedule'],
  ['verdict'],
  ['compare'],
  ['soak'],
  ['report'],
  ['duty'],
  ['api'],
  ['daemon'],
  ['cli'],
];

const path = (folders) => `^src/(${folders.join('|')})/`;

const upward = floors.slice(0, -1).map((floor, index) => ({
  name: `floor-${index}-imports-no-higher-floor`,
  comment: `src/${floor.join(', src/')} may only import from floors below.`,
  severity: 'error',
  from: { path: path(floor) },
  to: { path: path(floors.slice(index + 1).flat()) },
}));

const sideways = floors
  .filter((floor) => floor.length > 1)
  .flatMap((floor) =>
    floor.map((folder) => ({
      name: `${folder}-imports-no-sibling`,
      comment: 'Siblings on one floor do not import each other.',
      severity: 'error',
      from: { path: path([folder]) },
      to: { path: path(floor.filter((other) => other !== folder)) },
    })),
  );

module.exports = {
  forbidden: [
    ...upward,
    ...sideways,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every-folder-has-a-floor',
      comment: 'A new folder in src/ must be given a floor.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: path(floors.flat()) },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]test[.]ts$' },
      to: { path: '([.]test[.]ts$|^tests/|^bench/)' },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown', 'undetermined'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
