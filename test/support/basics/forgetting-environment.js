import { TestEnvironment } from 'jest-environment-node';
import { AsyncLocalStorage } from 'node:async_hooks';

/*
 * Node 20 carries every AsyncLocalStorage that was ever entered along with every promise, and the spec files of a worker share
 * Node's modules: what some tests have entered would slow down all that follow.
 */

const entered = new Set();

for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    entered.add(this);
    return original.apply(this, args);
  };
}

export default class ForgettingEnvironment extends TestEnvironment {
  handleTestEvent({ name, describeBlock }) {
    const isOuterBlockOver = name === 'run_describe_finish' && describeBlock.parent?.parent === undefined;
    if (isOuterBlockOver) {
      for (const storage of entered) storage.disable();
      entered.clear();
    }
  }
}
