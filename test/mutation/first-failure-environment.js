import ForgettingEnvironment from '../support/basics/forgetting-environment.js';

/** Skips what comes after the first failure: jest's own `bail` ends files only, and one failure kills a mutant. */
export default class FirstFailureEnvironment extends ForgettingEnvironment {
  #hasFailed = false;

  handleTestEvent(event) {
    super.handleTestEvent(event);
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') {
      this.#hasFailed = true;
    } else if (event.name === 'test_start' && this.#hasFailed) {
      event.test.mode = 'skip';
    }
  }
}
