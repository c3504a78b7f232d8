const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = (rest << 1) ^ (rest & 0x80_00 ? POLYNOMIAL : 0);
  }
  return rest;
});

/**
 * The slot of a Cluster that has this key: CRC-16 (XMODEM) of what stands between its first braces, or of all of it.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function keySlot(key: string): number {
  let rest = 0;
  for (const byte of Buffer.from(hashedPart(key))) {
    rest = ((rest << 8) & 0xff_ff) ^ (TABLE[(rest >> 8) ^ byte] ?? 0);
  }
  return rest % SLOTS;
}

function hashedPart(key: string): string {
  const from = key.indexOf('{');
  const to = key.indexOf('}', from + 1);
  return from >= 0 && to > from + 1 ? key.slice(from + 1, to) : key;
}
