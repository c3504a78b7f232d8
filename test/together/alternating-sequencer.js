import Sequencer from '@jest/test-sequencer';

/**
 * Shares need a processor all the time, and many of the other files wait for their servers. So they begin in turn: a processor is
 * left unused neither at the beginning nor at the end.
 */
export default class AlternatingSequencer extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const shares = sorted.filter(isShare);
    const others = sorted.filter((test) => !isShare(test));
    const inTurn = shares.flatMap((share, index) => [share, ...others.slice(index, index + 1)]);
    return [...inTurn, ...others.slice(shares.length)];
  }
}

function isShare({ path }) {
  return path.includes('/together/');
}
