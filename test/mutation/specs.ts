import fc from 'fast-check';
import { chosenArea } from './areas.js';

// That a property fails kills the mutant: the smallest example of it interests nobody.
fc.configureGlobal({ endOnFailure: true });

for (const spec of chosenArea().specs) {
  await import(`../${spec}`);
}
