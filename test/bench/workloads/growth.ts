import { measureRequest, warmUp } from './steady.js';
import type { Measured, Workload } from './workload.js';

const ROUTES = ['read-only', 'locked-changed'].map((name) => ({ name, path: `/${name}`, isNewVisitor: false }));

/** The same requests while more and more sessions are stored. */
export const growth: Workload = {
  name: 'growth',
  isFor: ({ kind }) => kind !== 'floor',
  isAlone: true,
  measure: async (subjects, tools) => {
    for (const route of ROUTES) await warmUp(route, subjects, tools);
    const measured: Measured[] = [];
    let stored = 0;
    for (const goal of tools.effort.growth) {
      for (const subject of subjects) await subject.ask({ ask: 'fill', count: goal - stored, areExpired: false });
      stored = goal;
      for (const route of ROUTES) {
        measured.push(...(await measureRequest(`${route.name} with ${goal} stored`, route, subjects, tools)));
      }
    }
    return measured;
  },
};
