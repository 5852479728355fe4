/** Jest runs what tsc built, so the tests see exactly what ships. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>'],
  testMatch: ['**/dist/**/*.spec.js'],
  modulePathIgnorePatterns: ['<rootDir>/.waybill'],
  transform: {},
  testTimeout: 180_000,
};
