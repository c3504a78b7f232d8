import { measureRequest } from './steady.js';
import type { Measured, Workload } from './workload.js';

const ROUTES = ['read-only', 'locked-changed'];

/** The same requests while more and more sessions are stored. */
export const growth: Workload = {
  name: 'growth',
  isFor: ({ kind }) => kind !== 'floor',
  isAlone: true,
  measure: async (subjects, tools) => {
    const measured: Measured[] = [];
    let stored = 0;
    for (const goal of tools.effort.growth) {
      for (const subject of subjects) await subject.ask({ ask: 'fill', count: goal - stored, areExpired: false });
      stored = goal;
      for (const route of ROUTES) {
        const name = `${route} with ${goal} stored`;
        measured.push(...(await measureRequest(name, `/${route}`, false, subjects, tools)));
      }
    }
    return measured;
  },
};
