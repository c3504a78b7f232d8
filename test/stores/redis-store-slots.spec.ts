import { keySlot } from '../../lib/stores/redis/connection/key-slot.js';

/** What `CLUSTER KEYSLOT` answers. With another slot a session would be taken for one of another node. */
describe('The slot that RedisStore takes a key for', () => {
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['grün', 14_522],
    ['sessions:abc', 5_734],
    ['{user1000}.following', 3_443],
    ['user1000', 3_443],
    ['foo{bar}{zap}', 5_061],
    ['foo{{bar}}zap', 4_015],
    ['a}b{c}', 7_365],
    ['{}x', 10_595],
  ])('%j is that of the server', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });
});
