import ForgettingEnvironment from '../support/basics/forgetting-environment.js';

/**
 * Skips what comes after the first failure: jest's own `bail` ends files only, and one failure kills a mutant. All at once, so that
 * the hooks of blocks that are left start nothing any more.
 */
export default class FirstFailureEnvironment extends ForgettingEnvironment {
  handleTestEvent(event, state) {
    super.handleTestEvent(event);
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') {
      skipTests(state.rootDescribeBlock);
    }
  }
}

function skipTests({ children }) {
  for (const child of children) {
    if (child.type === 'describeBlock') {
      skipTests(child);
    } else if (child.status === null) {
      child.mode = 'skip';
    }
  }
}
