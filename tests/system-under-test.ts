/** The system that tests/system tests: a fork names its own here. */
export { shop as systemUnderTest } from './shop-under-test.js';
